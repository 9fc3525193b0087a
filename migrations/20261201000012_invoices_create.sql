-- Bills of merchants: made, paid or cancelled, and left by families to settle by themselves.

-- One bill. Its code's hash finds it; nothing here says who pays.
CREATE TABLE invoices (
    municipality  integer     NOT NULL,
    invoice_id    uuid        NOT NULL,   -- its name everywhere else
    merchant_id   uuid        NOT NULL,   -- who is paid
    reference     text        NOT NULL,   -- the merchant's own number
    expense       text        NOT NULL,   -- what is paid for: tuition, materials …; every bill carries it, whoever pays
    service       text,                   -- the service, where services have registrations of their own
    amount_yen    bigint      NOT NULL,   -- the price: paid whole or not at all
    code_digest   bytea       NOT NULL,   -- SHA-256 of the code in its QR
    issued_at     timestamptz NOT NULL,   -- the program's clock
    due_on        date,                   -- a family may let the bill settle by itself on this day; none: it says nothing of a day
    PRIMARY KEY (municipality, invoice_id),
    CONSTRAINT invoices_amount CHECK (amount_yen > 0),
    CONSTRAINT invoices_reference_once UNIQUE (municipality, merchant_id, reference),
    CONSTRAINT invoices_code_once UNIQUE (municipality, code_digest)
);
-- A merchant's own list, newest first.
CREATE INDEX invoices_of_merchant ON invoices (municipality, merchant_id, issued_at, invoice_id);
-- What the job looks through: bills that are due.
CREATE INDEX invoices_by_due_day ON invoices (municipality, due_on) WHERE due_on IS NOT NULL;

-- How a bill ended. The primary key makes payment and cancellation exclude each other, in whatever order and way they come.
CREATE TABLE invoice_endings (
    municipality integer     NOT NULL,
    invoice_id   uuid        NOT NULL,        -- which bill
    how          text        NOT NULL,        -- paid or cancelled
    ended_at     timestamptz NOT NULL,        -- when
    PRIMARY KEY (municipality, invoice_id),
    FOREIGN KEY (municipality, invoice_id) REFERENCES invoices,
    CONSTRAINT invoice_endings_how CHECK (how IN (
        'paid',                               -- written by a trigger with the capture that pays it
        'cancelled'                           -- the merchant took it back: nobody can pay it any more
    ))
);

-- What became of each line of a file of bills: the answer to the same file under the same key.
CREATE TABLE invoice_batches (
    municipality integer NOT NULL,
    batch_id     uuid    NOT NULL,            -- the subject of its command
    merchant_id  uuid    NOT NULL,            -- whose file
    outcomes     text[]  NOT NULL,            -- one for each line: made, known, or why it was refused
    made_at      timestamptz NOT NULL,        -- the program's clock
    PRIMARY KEY (municipality, batch_id)
);

-- Families let bills settle by themselves on the day on which they are due: so that paying late or early says nothing to the merchant.
CREATE TABLE invoice_consents (
    municipality integer     NOT NULL,
    invoice_id   uuid        NOT NULL,        -- which bill …
    family_id    uuid        NOT NULL,        -- … settles by itself for whom
    children     uuid[]      NOT NULL,        -- whose entitlements may pay, in this order where they lapse on one day
    own_money    boolean     NOT NULL,        -- whether own money pays the rest
    given_at     timestamptz NOT NULL,        -- the program's clock
    withdrawn_at timestamptz,                 -- the family thought better of it
    tried_at     timestamptz,                 -- when the day came: tried once, for trying again would tell when money came
    refused      text,                        -- why it was not paid: for the family
    PRIMARY KEY (municipality, invoice_id, family_id),
    FOREIGN KEY (municipality, invoice_id) REFERENCES invoices,
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    CONSTRAINT invoice_consents_once CHECK (withdrawn_at IS NULL OR tried_at IS NULL),
    CONSTRAINT invoice_consents_refused CHECK (refused IS NULL OR (tried_at IS NOT NULL AND refused IN (
        'short',                              -- everything together did not reach the price
        'ended',                              -- somebody had paid it, or the merchant had taken it back
        'not_payable'                         -- the merchant takes no such payment, the day is closed
    )))
);
-- A family's own list.
CREATE INDEX invoice_consents_of_family ON invoice_consents (municipality, family_id, given_at);

CREATE TRIGGER invoices_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON invoices EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_endings_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_endings EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_batches_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_batches EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON invoices, invoice_endings, invoice_batches, invoice_consents TO hagukumi_program;
GRANT UPDATE (children, own_money, given_at, withdrawn_at, tried_at, refused) ON invoice_consents TO hagukumi_program;
