-- Where families are paid, and what moved the money that the city holds for them.

-- Where a family is paid, as rosters say. Rows only grow; in force as for facts.
CREATE TABLE family_bank_accounts (
    municipality  integer NOT NULL,
    family_id     uuid    NOT NULL,                -- who is paid there
    roster_number integer NOT NULL,                -- the roster that said so
    since_on      date    NOT NULL,                -- holds from this day
    account       bytea   NOT NULL,                -- bank, branch, type, number, holder, sealed
    PRIMARY KEY (municipality, family_id, roster_number, since_on),
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    FOREIGN KEY (municipality, roster_number) REFERENCES rosters
);

-- Where a family itself says that it is paid. It waits: some days, in which others of the household may object, and for a second person, who calls the
-- family back. Until then money goes where it went before.
CREATE TABLE family_registered_accounts (
    municipality  integer     NOT NULL,
    family_id     uuid        NOT NULL,       -- who is paid there
    number        smallint    NOT NULL,       -- 1, 2, 3 …: of those that are approved the highest counts
    sealed        bytea       NOT NULL,       -- bank, branch, type, number, holder: sealed under the family's key
    registered_at timestamptz NOT NULL,       -- the program's clock: cooling off begins
    registered_by text        NOT NULL,       -- the family, or staff who take in a form
    usable_at     timestamptz NOT NULL,       -- cooling off: approved from then on only
    approved_at   timestamptz,                -- from here money goes there; also when an account that came back may be used again
    approved_by   text,                       -- never who registered it
    ended         text,                       -- it never came to be used
    ended_at      timestamptz,                -- since when it waits no more
    ended_by      text,                       -- who ended it
    reason        bytea,                      -- why it was refused: sealed, for the family reads it
    PRIMARY KEY (municipality, family_id, number),
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    CONSTRAINT family_registered_accounts_number CHECK (number >= 1),
    CONSTRAINT family_registered_accounts_ended CHECK (ended IN (
        'withdrawn',                          -- by the family
        'refused',                            -- by staff
        'replaced'                            -- by a newer one, before anybody decided
    )),
    CONSTRAINT family_registered_accounts_state CHECK (
        (num_nonnulls(approved_at, approved_by) = 0 AND num_nonnulls(ended, ended_at, ended_by) IN (0, 3))
        OR (num_nonnulls(approved_at, approved_by) = 2 AND num_nonnulls(ended, ended_at, ended_by) = 0)),
    CONSTRAINT family_registered_accounts_reason CHECK ((reason IS NOT NULL) = (ended IS NOT NULL AND ended = 'refused')),
    CONSTRAINT family_registered_accounts_second_person CHECK (approved_by <> registered_by),
    CONSTRAINT family_registered_accounts_cooled_off CHECK (approved_at >= usable_at)
);
-- One waits at a time; also the staff's list of what waits, oldest first.
CREATE UNIQUE INDEX family_registered_accounts_waiting ON family_registered_accounts (municipality, family_id) WHERE approved_at IS NULL AND ended IS NULL;

-- Which entries moved a family's own money other than by a payment: its statement is read from here and from its payments, without a look through all
-- transfers.
CREATE TABLE own_money_moves (
    municipality integer NOT NULL,
    family_id    uuid    NOT NULL,            -- whose own money
    entry_id     uuid    NOT NULL,            -- loaded, or paid back
    PRIMARY KEY (municipality, family_id, entry_id),
    FOREIGN KEY (municipality, family_id) REFERENCES families
);

CREATE TRIGGER family_bank_accounts_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON family_bank_accounts EXECUTE FUNCTION refuse_change();
CREATE TRIGGER own_money_moves_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON own_money_moves EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON family_bank_accounts, family_registered_accounts, own_money_moves TO hagukumi_program;
GRANT UPDATE (approved_at, approved_by, ended, ended_at, ended_by, reason) ON family_registered_accounts TO hagukumi_program;
