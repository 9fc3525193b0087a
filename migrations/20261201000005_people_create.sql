-- People: the vault's keys, rosters, families, guardians, children and who is eligible.
--
-- Names, numbers, addresses, birth dates, facts and bank accounts are sealed under the family's key (AES-256-GCM); the key that
-- wraps those keys is never in the database. What must be found is found by a blind index: HMAC-SHA-256 under a key derived from the same
-- secret. The rest of the schema knows opaque ids only. What a roster says is history: a later roster adds rows and edits none.

-- One key for each owner of personal data, wrapped by the key-encryption key. Destroying a row is erasure.
CREATE TABLE vault_keys (
    municipality integer  NOT NULL REFERENCES municipalities,
    vault_key_id uuid     NOT NULL,                -- what is sealed names its key by this
    owner_kind   text     NOT NULL,                -- whose data it seals
    owner_id     uuid     NOT NULL,                -- the family, merchant or bank record; no reference, for its tables come and go
    wrapped      bytea    NOT NULL,                -- the key, sealed by the key-encryption key and bound to this row's ids
    kek_version  smallint NOT NULL,                -- which key-encryption key wrapped it: rotation rewraps, it never seals again
    PRIMARY KEY (municipality, vault_key_id),
    CONSTRAINT vault_keys_owner UNIQUE (municipality, owner_kind, owner_id), -- one key an owner; also how an owner's key is found
    CONSTRAINT vault_keys_owner_kind CHECK (owner_kind IN (
        'family',                                  -- a household: erased as a whole
        'merchant',                                -- its bank account and people
        'bank_record'                              -- raw lines from the bank, kept for the retention time
    ))
);

-- One imported roster file (対象者名簿).
CREATE TABLE rosters (
    municipality  integer     NOT NULL REFERENCES municipalities,
    roster_number integer     NOT NULL,            -- 1, 2, 3 … in the order of import, given under a lock: what came later wins
    roster_id     uuid        NOT NULL,            -- its name outside
    digest        bytea       NOT NULL,            -- keyed hash of the file's bytes: the same file again changes nothing
    lines         integer     NOT NULL,            -- lines with data, usable or not
    refused       integer     NOT NULL,            -- lines that could not be used
    received_on   date        NOT NULL,            -- the day in Tokyo on which the import began: from when undated lines hold
    imported_by   text        NOT NULL,            -- who asked
    started_at    timestamptz NOT NULL,            -- the program's clock
    completed_at  timestamptz,                     -- null while the import runs, or after it broke off: the same file then goes on
    PRIMARY KEY (municipality, roster_number),
    CONSTRAINT rosters_once UNIQUE (municipality, digest),    -- a file is imported once
    CONSTRAINT rosters_id UNIQUE (municipality, roster_id),
    CONSTRAINT rosters_refused CHECK (refused BETWEEN 0 AND lines)
);

-- A household that shares one sign-in, own money and key.
CREATE TABLE families (
    municipality    integer     NOT NULL,
    family_id       uuid        NOT NULL,          -- its name everywhere else
    household_index bytea       NOT NULL,          -- blind index of 世帯番号
    household       bytea       NOT NULL,          -- 世帯番号, sealed
    vault_key_id    uuid        NOT NULL,          -- seals everything of this family; no reference, so that it can be destroyed
    activation_hash bytea       NOT NULL,          -- SHA-256 of the code in the letter: the first sign-in
    activation_issue smallint   NOT NULL,          -- 0, 1, 2 …: the code in force is drawn from the family and this number, so a letter can be printed again
    payer_number    text        NOT NULL,          -- ten digits that a family writes on a transfer to load own money
    protected       boolean     NOT NULL,          -- 支援措置: merchant, area and address stay hidden from others
    roster_number   integer     NOT NULL,          -- the roster that brought it
    created_at      timestamptz NOT NULL,          -- the program's clock
    PRIMARY KEY (municipality, family_id),
    FOREIGN KEY (municipality, roster_number) REFERENCES rosters,
    CONSTRAINT families_household UNIQUE (municipality, household_index),     -- one family a household; also how a roster finds it
    CONSTRAINT families_activation UNIQUE (municipality, activation_hash),    -- sign-in finds the family by it
    CONSTRAINT families_payer_number_unique UNIQUE (municipality, payer_number), -- a credit at the bank names one family
    CONSTRAINT families_payer_number CHECK (payer_number ~ '^[1-9][0-9]{9}$')
);

-- A person who raises a child, as a roster gave them. Rows only grow: a new name is a new row.
CREATE TABLE guardians (
    municipality  integer NOT NULL,
    guardian_id   uuid    NOT NULL,                -- the same for all rows of one person in one family
    roster_number integer NOT NULL,                -- the roster that said so
    family_id     uuid    NOT NULL,                -- whose key seals it
    number_index  bytea   NOT NULL,                -- blind index of 保護者宛名番号 within the municipality
    since_on      date    NOT NULL,                -- holds from this day
    person        bytea   NOT NULL,                -- number, name and kana, sealed
    PRIMARY KEY (municipality, guardian_id, roster_number, since_on),
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    FOREIGN KEY (municipality, roster_number) REFERENCES rosters
);
-- A roster and the family's own pages read a family's guardians together.
CREATE INDEX guardians_of_family ON guardians (municipality, family_id);

-- A child, by number. Everything else is in its facts.
CREATE TABLE children (
    municipality  integer NOT NULL,
    child_id      uuid    NOT NULL,                -- its name everywhere else
    number_index  bytea   NOT NULL,                -- blind index of 宛名番号
    roster_number integer NOT NULL,                -- the roster that brought it
    PRIMARY KEY (municipality, child_id),
    FOREIGN KEY (municipality, roster_number) REFERENCES rosters,
    CONSTRAINT children_number UNIQUE (municipality, number_index)  -- one child a number; also how a roster finds it
);

-- What is known of a child, and from when on it holds. In force on a day: the latest since_on not after it, of these the latest roster.
CREATE TABLE child_facts (
    municipality  integer NOT NULL,
    child_id      uuid    NOT NULL,                -- of whom
    roster_number integer NOT NULL,                -- the roster that said so; a file names a child once
    since_on      date    NOT NULL,                -- 適用日: holds from this day
    family_id     uuid    NOT NULL,                -- the household from this day on; its key seals the row
    guardian_id   uuid    NOT NULL,                -- who raises the child from this day on
    person        bytea   NOT NULL,                -- number, name, kana, address, sealed: for the family's and the staff's eyes
    facts         bytea   NOT NULL,                -- birth date and what schemes ask about, sealed: for decisions, without a name
    PRIMARY KEY (municipality, child_id, roster_number),
    FOREIGN KEY (municipality, child_id) REFERENCES children,
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    FOREIGN KEY (municipality, roster_number) REFERENCES rosters
);
-- The children of a family.
CREATE INDEX child_facts_of_family ON child_facts (municipality, family_id, child_id);

-- Who is known to raise which child in which household, so that it is found out when somebody does no more: then their sessions, the code of
-- their letter and what they had set aside end at once. What rosters say is in child_facts; a row here is what the program has acted on.
-- No personal data: ids and instants.
CREATE TABLE guardianships (
    municipality integer NOT NULL,
    child_id     uuid    NOT NULL,            -- who is raised
    family_id    uuid    NOT NULL,            -- the household in which the child is raised
    guardian_id  uuid    NOT NULL,            -- by whom
    ended_at     timestamptz,                 -- since when they do no more; null while they do
    cleared_at   timestamptz,                 -- when what the household had set aside before that had all been given back
    PRIMARY KEY (municipality, child_id, family_id, guardian_id),
    FOREIGN KEY (municipality, child_id) REFERENCES children,
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    CONSTRAINT guardianships_cleared CHECK (cleared_at IS NULL OR ended_at IS NOT NULL)
);
-- Who else raises children in the household.
CREATE INDEX guardianships_of_family ON guardianships (municipality, family_id) WHERE ended_at IS NULL;
-- What is still to be given back; empty but for moments.
CREATE INDEX guardianships_to_clear ON guardianships (municipality, ended_at) WHERE ended_at IS NOT NULL AND cleared_at IS NULL;

-- Who may use a scheme in one of its periods, and why. Rows only grow: a decision that differs from the last one is the next row.
-- No personal data: ids, days and reason codes.
CREATE TABLE eligibility_decisions (
    municipality integer     NOT NULL,
    scheme_id    text        NOT NULL,             -- as in the scheme's file
    period_from  date        NOT NULL,             -- the first day of the scheme's period, the same for every child
    child_id     uuid        NOT NULL,             -- who is judged
    decision     integer     NOT NULL,             -- 1, 2, 3 … for this child, scheme and period: the highest is in force
    family_id    uuid        NOT NULL,             -- the child's household when it was decided
    eligible     boolean     NOT NULL,             -- the decision
    since_on     date,                             -- the child has qualified without a break from here; null where not eligible
    reasons      text[]      NOT NULL,             -- stable codes: `qualifies`, or what is missing; never what a child's facts are
    version_from date,                             -- the first day of the rules that decided; null where none were in force
    decided_on   date        NOT NULL,             -- facts in force on this day were judged
    decided_at   timestamptz NOT NULL,             -- the program's clock
    decided_by   text        NOT NULL,             -- who asked
    PRIMARY KEY (municipality, scheme_id, period_from, child_id, decision),
    FOREIGN KEY (municipality, child_id) REFERENCES children,
    CONSTRAINT eligibility_decisions_since CHECK (eligible = (since_on IS NOT NULL)),
    CONSTRAINT eligibility_decisions_reasons CHECK (cardinality(reasons) > 0)
);

CREATE TRIGGER guardians_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON guardians EXECUTE FUNCTION refuse_change();
CREATE TRIGGER children_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON children EXECUTE FUNCTION refuse_change();
CREATE TRIGGER child_facts_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON child_facts EXECUTE FUNCTION refuse_change();
CREATE TRIGGER eligibility_decisions_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON eligibility_decisions EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON vault_keys, rosters, families, guardians, children, child_facts, guardianships, eligibility_decisions TO hagukumi_program;
GRANT UPDATE (completed_at) ON rosters TO hagukumi_program;
GRANT UPDATE (protected, activation_hash, activation_issue) ON families TO hagukumi_program;
GRANT UPDATE (ended_at, cleared_at) ON guardianships TO hagukumi_program;
