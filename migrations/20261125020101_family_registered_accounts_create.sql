-- Where a family itself says that it is paid, beside what rosters say (family_bank_accounts). It waits: some days, in which whoever lives there may object,
-- and for a second person, who asks the family back. Until then money goes where it went before.

CREATE TABLE family_registered_accounts (
    municipality  integer     NOT NULL,
    family_id     uuid        NOT NULL,
    number        smallint    NOT NULL,       -- 1, 2, 3 …: of those that are approved the highest counts
    sealed        bytea       NOT NULL,       -- bank, branch, type, number, holder: sealed under the family's key
    registered_at timestamptz NOT NULL,
    registered_by text        NOT NULL,       -- the family, or staff who take in a form
    usable_at     timestamptz NOT NULL,       -- cooling off: approved from then on only
    approved_at   timestamptz,                -- from here money goes there; also when an account that came back may be used again
    approved_by   text,                       -- never who registered it
    ended         text,                       -- it never came to be used
    ended_at      timestamptz,
    ended_by      text,
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

GRANT SELECT, INSERT ON family_registered_accounts TO hagukumi_program;
GRANT UPDATE (approved_at, approved_by, ended, ended_at, ended_by, reason) ON family_registered_accounts TO hagukumi_program;

-- A line pays to what a roster said, which is known by the day from which it holds, or to what the family registered, which has no such day.
ALTER TABLE remittance_lines
    DROP CONSTRAINT remittance_lines_account,
    ADD CONSTRAINT remittance_lines_account CHECK (account_kind = 'family' OR (account_kind = 'merchant' AND account_since_on IS NULL));
