-- The books. A transfer is one row: it cannot be unbalanced. Entries and transfers are never updated, deleted or truncated:
-- triggers refuse it, and the program's role may insert only through post_batch (next migration).

CREATE TABLE accounts (
    municipality integer  NOT NULL REFERENCES municipalities,
    account_id   uuid     NOT NULL,   -- an entitlement's, hold's or claim's own id; derived from kind and owner for the others
    kind         text     NOT NULL,   -- the line of the trial balance
    unit         text     NOT NULL,   -- what its amounts count; a transfer never mixes units
    owner_id     uuid,                -- child, family or merchant; none for the city's own accounts
    scheme_id    text,                -- budgets, entitlements and allowances: the scheme
    fiscal_year  smallint,            -- budgets and entitlements belong to one year (会計年度独立)
    PRIMARY KEY (municipality, account_id),
    CONSTRAINT accounts_unit CHECK (unit IN (
        'yen',
        'visit',                      -- services counted in visits
        'piece',                      -- tickets without a face value
        'allowance'                   -- memorandum: what a usage limit still allows
    )),
    CONSTRAINT accounts_kind CHECK (kind IN (
        'bank', 'merchant_receivable', 'family_receivable', 'city_appropriations', 'fees',
        'scheme_budget', 'entitlement', 'own_money', 'hold', 'claims_reserved', 'refunds_pending',
        'merchant_payable', 'family_payable', 'payouts_in_transit', 'city_funding', 'suspense',
        'allowance', 'allowance_control'
    )),
    CONSTRAINT accounts_year CHECK ((kind IN ('scheme_budget', 'entitlement')) = (fiscal_year IS NOT NULL))
);

-- One business event: who, why, when, in which period, and which entry it undoes.
CREATE TABLE entries (
    municipality      integer     NOT NULL,
    entry_id          uuid        NOT NULL,
    kind              text        NOT NULL,   -- the event, as in ARCHITECTURE.md
    business_on       date        NOT NULL,   -- the day in Tokyo that the event belongs to
    period            integer     NOT NULL,   -- the month of business_on as YYYYMM: what a close locks
    posted_at         timestamptz NOT NULL,   -- the program's clock when it was posted
    actor             text        NOT NULL,   -- who asked: a family, a terminal, a clerk, a job
    command_key       text        NOT NULL,   -- the idempotency key of the command that posted it
    reason            text,                   -- why, where a person gave one
    reverses_entry_id uuid,                   -- the entry that this one undoes
    PRIMARY KEY (municipality, entry_id),
    CONSTRAINT entries_period CHECK (period = extract(year FROM business_on)::integer * 100 + extract(month FROM business_on)::integer)
);
-- An entry is reversed once.
CREATE UNIQUE INDEX entries_reversed_once ON entries (municipality, reverses_entry_id) WHERE reverses_entry_id IS NOT NULL;

CREATE TABLE transfers (
    municipality      integer NOT NULL,
    entry_id          uuid    NOT NULL,
    position          integer NOT NULL,       -- 0, 1, 2 … within the entry
    debit_account_id  uuid    NOT NULL,       -- post_batch has checked that both accounts exist and share a unit
    credit_account_id uuid    NOT NULL,
    amount            bigint  NOT NULL,       -- whole units: yen are never fractions
    PRIMARY KEY (municipality, entry_id, position),
    CONSTRAINT transfers_amount CHECK (amount > 0),
    CONSTRAINT transfers_two_accounts CHECK (debit_account_id <> credit_account_id)
);

-- The accounts that may not go below zero. One row is locked by each posting that touches it.
CREATE TABLE guarded_balances (
    municipality integer     NOT NULL,
    account_id   uuid        NOT NULL,
    balance      bigint      NOT NULL,        -- credits − debits
    opens_at     timestamptz,                 -- payments may take from it from here …
    closes_at    timestamptz,                 -- … until just before here; null is always
    PRIMARY KEY (municipality, account_id),
    FOREIGN KEY (municipality, account_id) REFERENCES accounts,
    CONSTRAINT guarded_balances_not_below_zero CHECK (balance >= 0)
) WITH (fillfactor = 70);                     -- room for the next balance on the same page

-- The other accounts (merchant payable, bank …) take no lock: each posting adds a row, and a folder sums rows up.
-- No key: a row has no name of its own, and order does not matter.
CREATE TABLE account_deltas (
    municipality integer NOT NULL,
    account_id   uuid    NOT NULL,
    debit        bigint  NOT NULL,
    credit       bigint  NOT NULL,
    CONSTRAINT account_deltas_not_negative CHECK (debit >= 0 AND credit >= 0)
);

-- What the folder has summed. Turnover of an account = its row here + its rows in account_deltas, read in one statement.
CREATE TABLE account_totals (
    municipality integer NOT NULL,
    account_id   uuid    NOT NULL,
    debit        bigint  NOT NULL,
    credit       bigint  NOT NULL,
    PRIMARY KEY (municipality, account_id)
) WITH (fillfactor = 70);

-- Every accepted command, for ever: the same key with the same request is answered again, with another request it is a conflict.
CREATE TABLE commands (
    municipality integer NOT NULL,
    actor        text    NOT NULL,
    key          text    NOT NULL,            -- the caller's, or derived from what is done (grant of a child for a period)
    fingerprint  bytea   NOT NULL,            -- SHA-256 of the request
    entry_id     uuid    NOT NULL,            -- what it posted
    PRIMARY KEY (municipality, actor, key)
);

-- Entries that the sealer has not sealed yet.
CREATE TABLE seal_queue (
    municipality integer     NOT NULL,
    entry_id     uuid        NOT NULL,
    posted_at    timestamptz NOT NULL,
    PRIMARY KEY (municipality, entry_id)
);

-- What is closed. Nothing in its scope may be posted on or before closed_through.
CREATE TABLE closings (
    municipality   integer     NOT NULL REFERENCES municipalities,
    scope          text        NOT NULL,
    closed_through date        NOT NULL,
    closed_at      timestamptz NOT NULL,
    closed_by      text        NOT NULL,
    PRIMARY KEY (municipality, scope, closed_through),
    CONSTRAINT closings_scope CHECK (scope IN (
        'payments',                           -- captures and refunds: the day's statements are drawn
        'books'                               -- every entry: the month is closed
    ))
);

CREATE TRIGGER entries_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON entries EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfers_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON transfers EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accounts_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts EXECUTE FUNCTION refuse_change();
CREATE TRIGGER closings_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON closings EXECUTE FUNCTION refuse_change();

-- Accountants' postings: two lines for each transfer.
CREATE VIEW postings AS
    SELECT t.municipality, t.entry_id, t.position, t.debit_account_id AS account_id, t.amount AS debit, 0::bigint AS credit FROM transfers t
    UNION ALL
    SELECT t.municipality, t.entry_id, t.position, t.credit_account_id, 0, t.amount FROM transfers t;

-- Turnover of every account from what is stored beside the transfers, in one statement and so of one moment.
CREATE VIEW stored_turnovers AS
    SELECT s.municipality, s.account_id, sum(s.debit)::bigint AS debit, sum(s.credit)::bigint AS credit
    FROM (SELECT * FROM account_totals UNION ALL SELECT * FROM account_deltas) s
    GROUP BY s.municipality, s.account_id;

GRANT SELECT ON accounts, entries, transfers, guarded_balances, account_deltas, account_totals, commands, seal_queue, closings, postings, stored_turnovers
    TO hagukumi_program;
