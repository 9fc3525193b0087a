-- Accepted commands of the back office, for ever: the same key with the same request is answered again, with another request it is a
-- conflict. Commands that only post are kept in `commands`; these change a merchant, a statement, a remittance or a bank statement.
CREATE TABLE office_commands (
    municipality integer     NOT NULL REFERENCES municipalities,
    actor        text        NOT NULL,        -- who asked; two people may use the same key
    key          text        NOT NULL,        -- the idempotency key
    fingerprint  bytea       NOT NULL,        -- SHA-256 of the request
    subject_id   uuid        NOT NULL,        -- what it made or changed: the answer to a replay
    accepted_at  timestamptz NOT NULL,        -- the program's clock
    PRIMARY KEY (municipality, actor, key),
    CONSTRAINT office_commands_fingerprint CHECK (octet_length(fingerprint) = 32)
);

-- Schools, classes and service providers. One row each; how it got there is in merchant_decisions.
CREATE TABLE merchants (
    municipality integer     NOT NULL REFERENCES municipalities,
    merchant_id  uuid        NOT NULL,
    name         text        NOT NULL,        -- what families read
    kana         text        NOT NULL,        -- for lists in the order of the reading
    area         text        NOT NULL,        -- ward or district, for families that look for a class
    state        text        NOT NULL,
    applied_at   timestamptz NOT NULL,        -- when the application was taken in
    applied_by   text        NOT NULL,        -- who took it in
    decided_at   timestamptz,                 -- when it was approved or refused
    decided_by   text,                        -- who decided: never who took it in
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
    CONSTRAINT merchants_second_person CHECK (decided_by <> applied_by),
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
    merchant_id  uuid        NOT NULL,
    category     text        NOT NULL,        -- service category (習い事, 学習塾 …) as schemes name it
    expense      text        NOT NULL,        -- kind of expense that may be billed for it: tuition, materials …
    registration text,                        -- the registration's own number, where the city gives one
    applied_at   timestamptz NOT NULL,
    applied_by   text        NOT NULL,
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
    merchant_id  uuid        NOT NULL,
    number       smallint    NOT NULL,        -- 1, 2, 3 …
    sealed       bytea       NOT NULL,        -- the account, sealed under the merchant's key
    blind_index  bytea       NOT NULL,        -- keyed digest of bank, branch, kind, number, kana: equal accounts share one bank line
    applied_at   timestamptz NOT NULL,
    applied_by   text        NOT NULL,
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
    terminal_id  uuid        NOT NULL,
    merchant_id  uuid        NOT NULL,
    label        text        NOT NULL,        -- the merchant's own name for the desk
    token_sha256 bytea       NOT NULL,        -- SHA-256 of a 256-bit token: too long to guess, so a plain digest is enough
    made_at      timestamptz NOT NULL,
    made_by      text        NOT NULL,
    revoked_at   timestamptz,                 -- lost or replaced: it opens nothing any more
    revoked_by   text,
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
    merchant_id  uuid        NOT NULL,
    decided_at   timestamptz NOT NULL,
    decision     text        NOT NULL,
    decided_by   text        NOT NULL,
    reason       text,                        -- a refusal, a suspension and a resumption say why
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants,
    CONSTRAINT merchant_decisions_decision CHECK (decision IN (
        'applied', 'approved', 'refused', 'suspended', 'resumed',
        'service_applied', 'service_approved',
        'account_applied', 'account_approved',
        'consented'                           -- a debt may be netted from a later payout
    )),
    CONSTRAINT merchant_decisions_reason CHECK (reason IS NOT NULL OR decision NOT IN ('refused', 'suspended', 'resumed', 'consented'))
);
-- A merchant's history, in order.
CREATE INDEX merchant_decisions_of_merchant ON merchant_decisions (municipality, merchant_id, decided_at);

CREATE TRIGGER office_commands_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON office_commands EXECUTE FUNCTION refuse_change();
CREATE TRIGGER merchant_decisions_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON merchant_decisions EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON office_commands, merchants, merchant_services, merchant_bank_accounts, terminals, merchant_decisions TO hagukumi_program;
-- Who applied stays as it was written: only the columns of a decision change.
GRANT UPDATE (state, decided_at, decided_by, suspended_at, suspended_by, suspended_because) ON merchants TO hagukumi_program;
GRANT UPDATE (approved_at, approved_by) ON merchant_services, merchant_bank_accounts TO hagukumi_program;
GRANT UPDATE (revoked_at, revoked_by) ON terminals TO hagukumi_program;
