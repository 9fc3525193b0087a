-- Payments. A hold is an account of the books; what it was made of are the transfers of its entry. It ends as a capture or a release:
-- its guarded balance can be taken once, so it never ends as both.

-- Bills of merchants. The code's hash finds them; nothing here says who pays.
CREATE TABLE invoices (
    municipality  integer     NOT NULL,
    invoice_id    uuid        NOT NULL,
    merchant_id   uuid        NOT NULL,
    reference     text        NOT NULL,   -- the merchant's own number
    expense       text        NOT NULL,   -- what is paid for: tuition, materials …; every bill carries it, whoever pays
    service       text,                   -- the service, where services have registrations of their own
    amount_yen    bigint      NOT NULL,
    code_digest   bytea       NOT NULL,   -- SHA-256 of the code in its QR
    issued_at     timestamptz NOT NULL,
    PRIMARY KEY (municipality, invoice_id),
    CONSTRAINT invoices_amount CHECK (amount_yen > 0),
    CONSTRAINT invoices_reference_once UNIQUE (municipality, merchant_id, reference),
    CONSTRAINT invoices_code_once UNIQUE (municipality, code_digest)
);

CREATE TABLE holds (
    municipality integer     NOT NULL,
    hold_id      uuid        NOT NULL,    -- the account
    entry_id     uuid        NOT NULL,    -- its transfers are the split
    family_id    uuid        NOT NULL,
    merchant_id  uuid        NOT NULL,    -- a code works at this merchant only …
    invoice_id   uuid,                    -- … and pays this bill, where there is one
    expense      text        NOT NULL,
    service      text,
    amount_yen   bigint      NOT NULL,    -- … for this amount only
    code_digest  bytea       NOT NULL,    -- SHA-256 of the one-time code: the code itself is stored nowhere
    held_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,    -- no later than the earliest lapse of what it was made of
    PRIMARY KEY (municipality, hold_id),
    CONSTRAINT holds_amount CHECK (amount_yen > 0),
    CONSTRAINT holds_code_once UNIQUE (municipality, code_digest)
);
CREATE INDEX holds_of_family ON holds (municipality, family_id, held_at);
-- What the expiry job looks through.
CREATE INDEX holds_by_expiry ON holds (municipality, expires_at);
-- A replayed command finds its hold by its entry.
CREATE UNIQUE INDEX holds_of_entry ON holds (municipality, entry_id);

-- Paid redemptions: the receipt. Always one transfer, whatever the split.
CREATE TABLE captures (
    municipality integer     NOT NULL,
    hold_id      uuid        NOT NULL,
    receipt_id   uuid        NOT NULL,    -- what the merchant knows it by; the hold's id would tell when the code was made
    entry_id     uuid        NOT NULL,
    merchant_id  uuid        NOT NULL,
    terminal_id  uuid,                    -- the desk; none when a bill is paid from home
    invoice_id   uuid,
    amount_yen   bigint      NOT NULL,
    expense      text        NOT NULL,
    captured_at  timestamptz NOT NULL,
    business_on  date        NOT NULL,
    PRIMARY KEY (municipality, hold_id),
    CONSTRAINT captures_amount_of_hold UNIQUE (municipality, hold_id, amount_yen),
    CONSTRAINT captures_receipt_once UNIQUE (municipality, receipt_id),
    FOREIGN KEY (municipality, hold_id) REFERENCES holds
);
-- Statements: one merchant's receipts by day.
CREATE INDEX captures_of_merchant ON captures (municipality, merchant_id, business_on);
CREATE INDEX captures_of_entry ON captures (municipality, entry_id);
-- A bill is paid once.
CREATE UNIQUE INDEX captures_invoice_once ON captures (municipality, invoice_id) WHERE invoice_id IS NOT NULL;

-- Holds that were given back.
CREATE TABLE releases (
    municipality integer     NOT NULL,
    hold_id      uuid        NOT NULL,
    entry_id     uuid        NOT NULL,
    why          text        NOT NULL,
    released_at  timestamptz NOT NULL,
    PRIMARY KEY (municipality, hold_id),
    FOREIGN KEY (municipality, hold_id) REFERENCES holds,
    CONSTRAINT releases_why CHECK (why IN (
        'voided',                         -- the family took it back
        'expired'                         -- nobody came
    ))
);

-- Refunds at the merchant. Each names what was refunded before it, so that all together never exceed the receipt: the chain is held
-- by foreign keys and checks, not only by the program.
CREATE TABLE refunds (
    municipality  integer     NOT NULL,
    hold_id       uuid        NOT NULL,
    number        smallint    NOT NULL,   -- 1, 2, 3 … for one receipt
    refund_id     uuid        NOT NULL,
    entry_id      uuid        NOT NULL,
    merchant_id   uuid        NOT NULL,
    captured_yen  bigint      NOT NULL,   -- the receipt's amount
    before_yen    bigint      NOT NULL,   -- refunded before
    amount_yen    bigint      NOT NULL,
    after_yen     bigint      NOT NULL,   -- refunded in all
    from_receivable boolean   NOT NULL,   -- its statement was approved already: the merchant owes it
    reason        text        NOT NULL,
    refunded_at   timestamptz NOT NULL,
    business_on   date        NOT NULL,
    previous      smallint    GENERATED ALWAYS AS (nullif(number - 1, 0)) STORED,
    PRIMARY KEY (municipality, hold_id, number),
    CONSTRAINT refunds_chain UNIQUE (municipality, hold_id, number, after_yen),
    CONSTRAINT refunds_id_once UNIQUE (municipality, refund_id),
    CONSTRAINT refunds_amount CHECK (amount_yen > 0),
    CONSTRAINT refunds_sum CHECK (after_yen = before_yen + amount_yen),
    CONSTRAINT refunds_not_above_receipt CHECK (after_yen <= captured_yen),
    CONSTRAINT refunds_first CHECK (number >= 1 AND (number = 1) = (before_yen = 0)),
    FOREIGN KEY (municipality, hold_id, captured_yen) REFERENCES captures (municipality, hold_id, amount_yen),
    FOREIGN KEY (municipality, hold_id, previous, before_yen) REFERENCES refunds (municipality, hold_id, number, after_yen)
);
CREATE INDEX refunds_of_merchant ON refunds (municipality, merchant_id, business_on);
CREATE INDEX refunds_of_entry ON refunds (municipality, entry_id);

-- Refunds that have been put back where the money came from, off the merchant's clock.
CREATE TABLE refund_settlements (
    municipality integer     NOT NULL,
    refund_id    uuid        NOT NULL,
    entry_id     uuid        NOT NULL,
    settled_at   timestamptz NOT NULL,
    PRIMARY KEY (municipality, refund_id)
);

CREATE TRIGGER invoices_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON invoices EXECUTE FUNCTION refuse_change();
CREATE TRIGGER holds_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON holds EXECUTE FUNCTION refuse_change();
CREATE TRIGGER captures_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON captures EXECUTE FUNCTION refuse_change();
CREATE TRIGGER releases_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON releases EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refunds_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON refunds EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refund_settlements_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON refund_settlements EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON invoices, holds, captures, releases, refunds, refund_settlements TO hagukumi_program;
