-- Merchants: what they offer, where they are paid, their desks, their people, and how each came to be one.

-- Schools, classes and service providers. One row each; how it got there is in merchant_decisions.
CREATE TABLE merchants (
    municipality integer     NOT NULL REFERENCES municipalities,
    merchant_id  uuid        NOT NULL,        -- its name everywhere else
    name         text        NOT NULL,        -- what families read
    kana         text        NOT NULL,        -- for lists in the order of the reading
    area         text        NOT NULL,        -- ward or district, for families that look for a class
    state        text        NOT NULL,        -- whether it takes payments and is paid
    applied_at   timestamptz NOT NULL,        -- when the application was taken in
    applied_by   text        NOT NULL,        -- who took it in; `applicant`: it came over the merchants' face …
    received_at  timestamptz,                 -- … and was received by one person of the city, before another decides
    received_by  text,                        -- … who
    decided_at   timestamptz,                 -- when it was approved or refused
    decided_by   text,                        -- who decided: never who took it in or received it
    suspended_at timestamptz,                 -- since when nothing is paid at it or to it
    suspended_by text,                        -- who suspended it
    suspended_because text,                   -- why: printed where a payout is held back
    PRIMARY KEY (municipality, merchant_id),
    CONSTRAINT merchants_state CHECK (state IN (
        'applied',                            -- waits for a second person
        'approved',                           -- takes payments and is paid
        'suspended',                          -- takes none; what it is owed is held back
        'refused'                             -- never took a payment
    )),
    CONSTRAINT merchants_received CHECK (
        (received_at IS NULL) = (received_by IS NULL)
        AND (applied_by <> 'applicant' OR received_by IS NOT NULL OR state IN ('applied', 'refused'))),
    CONSTRAINT merchants_second_person CHECK (decided_by <> applied_by),
    CONSTRAINT merchants_received_second_person CHECK (decided_by <> received_by),
    CONSTRAINT merchants_decided CHECK ((state = 'applied') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT merchants_suspended CHECK (
        (state = 'suspended') = (suspended_at IS NOT NULL)
        AND (suspended_at IS NULL) = (suspended_by IS NULL)
        AND (suspended_at IS NULL) = (suspended_because IS NULL))
);
-- Families look for a class by area, in the order of the reading.
CREATE INDEX merchants_of_area ON merchants (municipality, area, kana) WHERE state = 'approved';

-- What a merchant offers, each service with a registration of its own (Kumamoto's six services are registered one by one).
CREATE TABLE merchant_services (
    municipality integer     NOT NULL,
    merchant_id  uuid        NOT NULL,        -- who offers it
    category     text        NOT NULL,        -- service category (習い事, 学習塾 …) as schemes name it
    expense      text        NOT NULL,        -- kind of expense that may be billed for it: tuition, materials …
    registration text,                        -- the registration's own number, where the city gives one
    applied_at   timestamptz NOT NULL,        -- when it was taken in
    applied_by   text        NOT NULL,        -- who took it in
    approved_at  timestamptz,                 -- until then nothing is billed for it
    approved_by  text,                        -- never who took it in
    PRIMARY KEY (municipality, merchant_id, category, expense),
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants,
    CONSTRAINT merchant_services_names CHECK (category ~ '^[a-z][a-z0-9_-]{0,39}$' AND expense ~ '^[a-z][a-z0-9_-]{0,39}$'),
    CONSTRAINT merchant_services_approved CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
    CONSTRAINT merchant_services_second_person CHECK (approved_by <> applied_by)
);

-- Where a merchant is paid. A change is a new row; the one with the highest approved number is in force.
CREATE TABLE merchant_bank_accounts (
    municipality integer     NOT NULL,
    merchant_id  uuid        NOT NULL,        -- who is paid there
    number       smallint    NOT NULL,        -- 1, 2, 3 …
    sealed       bytea       NOT NULL,        -- the account, sealed under the merchant's key
    blind_index  bytea       NOT NULL,        -- keyed digest of bank, branch, kind, number, kana: equal accounts share one bank line
    applied_at   timestamptz NOT NULL,        -- when it was taken in
    applied_by   text        NOT NULL,        -- who wrote it down
    approved_at  timestamptz,                 -- an account that came back may be used again once it is approved after the return
    approved_by  text,                        -- never who wrote the account down
    PRIMARY KEY (municipality, merchant_id, number),
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants,
    CONSTRAINT merchant_bank_accounts_number CHECK (number >= 1),
    CONSTRAINT merchant_bank_accounts_index CHECK (octet_length(blind_index) = 32),
    CONSTRAINT merchant_bank_accounts_approved CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
    CONSTRAINT merchant_bank_accounts_second_person CHECK (approved_by <> applied_by)
);

-- The desks of a merchant. A token is shown once; only its digest is kept.
CREATE TABLE terminals (
    municipality integer     NOT NULL,
    terminal_id  uuid        NOT NULL,        -- its name in receipts and logs
    merchant_id  uuid        NOT NULL,        -- whose desk
    label        text        NOT NULL,        -- the merchant's own name for the desk
    token_sha256 bytea       NOT NULL,        -- SHA-256 of a 256-bit token: too long to guess, so a plain digest is enough
    made_at      timestamptz NOT NULL,        -- the program's clock
    made_by      text        NOT NULL,        -- who gave it out
    revoked_at   timestamptz,                 -- lost or replaced: it opens nothing any more
    revoked_by   text,                        -- who said so
    PRIMARY KEY (municipality, terminal_id),
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants,
    CONSTRAINT terminals_token CHECK (octet_length(token_sha256) = 32),
    CONSTRAINT terminals_revoked CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
-- A request at the Till finds its terminal by the token's digest.
CREATE UNIQUE INDEX terminals_by_token ON terminals (municipality, token_sha256);
-- The terminals of a merchant, for its own list.
CREATE INDEX terminals_of_merchant ON terminals (municipality, merchant_id);

-- Who decided what about a merchant, and why.
CREATE TABLE merchant_decisions (
    municipality integer     NOT NULL,
    merchant_id  uuid        NOT NULL,        -- about whom
    decided_at   timestamptz NOT NULL,        -- the program's clock
    decision     text        NOT NULL,        -- what was decided
    decided_by   text        NOT NULL,        -- who decided
    reason       text,                        -- a refusal, a suspension and a resumption say why
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants,
    CONSTRAINT merchant_decisions_decision CHECK (decision IN (
        'applied', 'received', 'approved', 'refused', 'suspended', 'resumed',
        'service_applied', 'service_approved',
        'account_applied', 'account_approved',
        'consented'                           -- a debt may be netted from a later payout
    )),
    CONSTRAINT merchant_decisions_reason CHECK (reason IS NOT NULL OR decision NOT IN ('refused', 'suspended', 'resumed', 'consented'))
);
-- A merchant's history, in order.
CREATE INDEX merchant_decisions_of_merchant ON merchant_decisions (municipality, merchant_id, decided_at);

-- Who works at a merchant: one row for each person. Nobody is deleted: what was done in their time stays known.
CREATE TABLE merchant_people (
    municipality integer     NOT NULL,
    person_id    uuid        NOT NULL,        -- their name in receipts and logs
    merchant_id  uuid        NOT NULL,        -- one person at two merchants is two people
    name_sealed  bytea       NOT NULL,        -- what colleagues call them, under the merchant's key
    role         text        NOT NULL,        -- what they may do
    state        text        NOT NULL,        -- whether they may sign in
    invited_at   timestamptz NOT NULL,        -- the program's clock
    invited_by   text        NOT NULL,        -- a manager of the merchant, or the city for its first one
    code_digest  bytea,                       -- digest of the sign-in code in force; none once it is used
    code_expires_at timestamptz,              -- it signs in until just before here
    removed_at   timestamptz,                 -- since when they may not
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
    applied_at   timestamptz NOT NULL,        -- the program's clock
    PRIMARY KEY (municipality, token_sha256),
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants,
    CONSTRAINT merchant_applications_token CHECK (octet_length(token_sha256) = 32)
);

CREATE TRIGGER merchant_decisions_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON merchant_decisions EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON merchants, merchant_services, merchant_bank_accounts, terminals, merchant_decisions, merchant_people,
    merchant_applications TO hagukumi_program;
-- Who applied stays as it was written: only the columns of a decision change.
GRANT UPDATE (state, received_at, received_by, decided_at, decided_by, suspended_at, suspended_by, suspended_because) ON merchants TO hagukumi_program;
GRANT UPDATE (approved_at, approved_by) ON merchant_services, merchant_bank_accounts TO hagukumi_program;
GRANT UPDATE (revoked_at, revoked_by) ON terminals TO hagukumi_program;
GRANT UPDATE (state, code_digest, code_expires_at, removed_at) ON merchant_people TO hagukumi_program;
