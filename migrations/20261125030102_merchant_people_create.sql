-- Who works at a merchant, when they are signed in, and who applied over the merchants' face.

-- One row for each person. Nobody is deleted: what was done in their time stays known.
CREATE TABLE merchant_people (
    municipality integer     NOT NULL,
    person_id    uuid        NOT NULL,
    merchant_id  uuid        NOT NULL,        -- one person at two merchants is two people
    name_sealed  bytea       NOT NULL,        -- what colleagues call them, under the merchant's key
    role         text        NOT NULL,
    state        text        NOT NULL,
    invited_at   timestamptz NOT NULL,
    invited_by   text        NOT NULL,        -- a manager of the merchant, or the city for its first one
    code_digest  bytea,                       -- digest of the sign-in code in force; none once it is used
    code_expires_at timestamptz,              -- it signs in until just before here
    removed_at   timestamptz,
    PRIMARY KEY (municipality, person_id),
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants,
    CONSTRAINT merchant_people_role CHECK (role IN (
        'manager',                            -- 責任者: everything
        'desk'                                -- 窓口: payments, refunds of the day, bills
    )),
    CONSTRAINT merchant_people_state CHECK (state IN ('active', 'removed') AND (state = 'removed') = (removed_at IS NOT NULL)),
    CONSTRAINT merchant_people_code CHECK ((code_digest IS NULL) = (code_expires_at IS NULL)),
    CONSTRAINT merchant_people_removed CHECK (state = 'active' OR code_digest IS NULL)
);
-- The people of a merchant.
CREATE INDEX merchant_people_of_merchant ON merchant_people (municipality, merchant_id);
-- Somebody who signs in types a code and nothing else.
CREATE UNIQUE INDEX merchant_people_by_code ON merchant_people (municipality, code_digest) WHERE code_digest IS NOT NULL;

-- What an applicant shows to ask how its application stands. Those that staff took in have none.
CREATE TABLE merchant_applications (
    municipality integer     NOT NULL,
    token_sha256 bytea       NOT NULL,        -- SHA-256 of a 256-bit token; also how it is found
    merchant_id  uuid        NOT NULL,        -- the merchant that the application becomes
    applied_at   timestamptz NOT NULL,
    PRIMARY KEY (municipality, token_sha256),
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants,
    CONSTRAINT merchant_applications_token CHECK (octet_length(token_sha256) = 32)
);

-- An application that came over the merchants' face was taken in by nobody: one person of the city receives it, another decides.
ALTER TABLE merchants ADD COLUMN received_at timestamptz;
ALTER TABLE merchants ADD COLUMN received_by text;
ALTER TABLE merchants ADD CONSTRAINT merchants_received CHECK (
    (received_at IS NULL) = (received_by IS NULL)
    AND (applied_by <> 'applicant' OR received_by IS NOT NULL OR state IN ('applied', 'refused')));
ALTER TABLE merchants ADD CONSTRAINT merchants_received_second_person CHECK (decided_by <> received_by);
ALTER TABLE merchant_decisions DROP CONSTRAINT merchant_decisions_decision;
ALTER TABLE merchant_decisions ADD CONSTRAINT merchant_decisions_decision CHECK (decision IN (
    'applied', 'received', 'approved', 'refused', 'suspended', 'resumed',
    'service_applied', 'service_approved',
    'account_applied', 'account_approved',
    'consented'                               -- a debt may be netted from a later payout
));
GRANT UPDATE (received_at, received_by) ON merchants TO hagukumi_program;

-- What is counted has a name of its own; the program gives it. Refused sign-ins of merchants' people are counted as those of families are, and
-- applications are counted though they are taken in, for anybody may send them.
ALTER TABLE refused_attempts DROP CONSTRAINT refused_attempts_purpose;
ALTER TABLE refused_attempts ADD CONSTRAINT refused_attempts_purpose CHECK (purpose ~ '^[a-z][a-z_]{1,39}$');

GRANT SELECT, INSERT ON merchant_people, merchant_applications TO hagukumi_program;
GRANT UPDATE (state, code_digest, code_expires_at, removed_at) ON merchant_people TO hagukumi_program;
