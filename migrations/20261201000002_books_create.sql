-- The books. A transfer is one row: it cannot be unbalanced. Accounts, entries and transfers are never updated, deleted or truncated: triggers refuse it,
-- and the program's role may insert only through post_batch (next migration).
--
-- Foreign keys are few here: each would look at, and lock, one more row for every posting. post_batch is the only writer, looks itself where it must, and
-- `verify` proves the rest.

CREATE TABLE accounts (
    municipality integer  NOT NULL,   -- no foreign key: post_batch looks once per batch whether the city is there
    account_id   uuid     NOT NULL,   -- an entitlement's, hold's or claim's own id; derived from kind and owner for the others
    kind         text     NOT NULL,   -- the line of the trial balance
    unit         text     NOT NULL,   -- what its amounts count; a transfer never mixes units
    guarded      boolean  NOT NULL,   -- whether it may not go below zero: then it has a row in guarded_balances, opened with it
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
        'bank',                       -- what is at the bank
        'merchant_receivable',        -- what a merchant owes: refunds behind an approved statement
        'family_receivable',          -- what a family owes: claims that were paid too high
        'city_appropriations',        -- budgets that were appropriated (予算配当)
        'fees',                       -- what the bank charged
        'scheme_budget',              -- what a scheme has left in a year
        'entitlement',                -- what a child may spend
        'own_money',                  -- what a family loaded (家庭預り金)
        'hold',                       -- what is set aside for one payment
        'claims_reserved',            -- what is set aside for one claim
        'refunds_pending',            -- taken from the merchant, not yet put back where it came from
        'merchant_payable',           -- what a merchant is owed
        'family_payable',             -- what a family is owed
        'payouts_in_transit',         -- sent to the bank, not yet debited
        'city_funding',               -- what the city has paid in
        'suspense',                   -- credits that nobody can explain yet
        'allowance',                  -- memorandum: the window of a usage limit …
        'allowance_control',          -- … and its other side
        'visits',                     -- how many visits a child has left …
        'visits_control'              -- … and its other side
    )),
    CONSTRAINT accounts_year CHECK ((kind IN ('scheme_budget', 'entitlement')) = (fiscal_year IS NOT NULL))
);
-- Families that are owed money are found by their account.
CREATE INDEX accounts_family_payables ON accounts (municipality, account_id) WHERE kind = 'family_payable';

-- One business event: who, why, when, in which period, and which entry it undoes.
CREATE TABLE entries (
    municipality      integer     NOT NULL,
    entry_id          uuid        NOT NULL,   -- the event's own id: UUIDv7, so that entries of one time stand together
    kind              text        NOT NULL,   -- the event: grant, hold, capture … as ledger/src/events names them
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
-- Reconciliation asks which of the city's announced money has not arrived: few entries among all.
CREATE INDEX entries_of_funds ON entries (municipality) WHERE kind = 'fund';

CREATE TABLE transfers (
    municipality      integer NOT NULL,
    entry_id          uuid    NOT NULL,       -- the event that moves it
    position          integer NOT NULL,       -- 0, 1, 2 … within the entry
    debit_account_id  uuid    NOT NULL,       -- post_batch has checked that both accounts exist and share a unit
    credit_account_id uuid    NOT NULL,       -- where it goes
    amount            bigint  NOT NULL,       -- whole units: yen are never fractions
    PRIMARY KEY (municipality, entry_id, position),
    CONSTRAINT transfers_amount CHECK (amount > 0),
    CONSTRAINT transfers_two_accounts CHECK (debit_account_id <> credit_account_id)
);

-- The accounts that may not go below zero. One row is locked by each posting that touches it.
CREATE TABLE guarded_balances (
    municipality integer     NOT NULL,
    account_id   uuid        NOT NULL,        -- no foreign key: post_batch writes the account first
    unit         text        NOT NULL,        -- as its account's, which never changes: so that post_batch need not look it up
    balance      bigint      NOT NULL,        -- credits − debits
    opens_at     timestamptz,                 -- payments may take from it from here …
    closes_at    timestamptz,                 -- … until just before here; null is always
    PRIMARY KEY (municipality, account_id),
    CONSTRAINT guarded_balances_not_below_zero CHECK (balance >= 0)
) WITH (fillfactor = 70);                     -- room for the next balance on the same page

-- The other accounts (merchant payable, bank …) take no lock: each posting adds a row, and a folder sums rows up.
-- No key: a row has no name of its own, and order does not matter.
CREATE TABLE account_deltas (
    municipality integer NOT NULL,
    account_id   uuid    NOT NULL,            -- an account without a guard
    debit        bigint  NOT NULL,            -- what one posting, or one batch, debits …
    credit       bigint  NOT NULL,            -- … and credits
    CONSTRAINT account_deltas_not_negative CHECK (debit >= 0 AND credit >= 0)
);

-- What the folder has summed. Turnover of an account = its row here + its rows in account_deltas, read in one statement.
CREATE TABLE account_totals (
    municipality integer NOT NULL,
    account_id   uuid    NOT NULL,            -- an account without a guard
    debit        bigint  NOT NULL,            -- the sum of the rows folded so far …
    credit       bigint  NOT NULL,            -- … on each side
    PRIMARY KEY (municipality, account_id)
) WITH (fillfactor = 70);

-- Every accepted command, for ever: the same key with the same request is answered again, with another request it is a conflict.
CREATE TABLE commands (
    municipality integer NOT NULL,
    actor        text    NOT NULL,            -- who asked; two people may use the same key
    key          text    NOT NULL,            -- the caller's, or derived from what is done (grant of a child for a period)
    fingerprint  bytea   NOT NULL,            -- SHA-256 of the request
    entry_id     uuid    NOT NULL,            -- what it posted
    PRIMARY KEY (municipality, actor, key)
);

-- Entries that the sealer has not sealed yet.
CREATE TABLE seal_queue (
    municipality integer     NOT NULL,
    entry_id     uuid        NOT NULL,        -- the entry that waits
    posted_at    timestamptz NOT NULL,        -- the oldest are sealed first
    PRIMARY KEY (municipality, entry_id)
);

-- What is closed. Nothing in its scope may be posted on or before closed_through.
CREATE TABLE closings (
    municipality   integer     NOT NULL REFERENCES municipalities,
    scope          text        NOT NULL,      -- what may no longer be posted
    closed_through date        NOT NULL,      -- the last day that is closed
    closed_at      timestamptz NOT NULL,      -- the program's clock
    closed_by      text        NOT NULL,      -- who closed
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

-- Sums up delta rows into totals. Returns the number of rows folded: 0 while another folder holds the lock.
CREATE FUNCTION fold_deltas(p_municipality integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_folded bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(p_municipality, 0) THEN
        RETURN 0;
    END IF;
    WITH taken AS (
        DELETE FROM public.account_deltas WHERE municipality = p_municipality RETURNING account_id, debit, credit
    ), summed AS (
        INSERT INTO public.account_totals AS t (municipality, account_id, debit, credit)
        SELECT p_municipality, account_id, sum(debit), sum(credit) FROM taken GROUP BY account_id ORDER BY account_id
        ON CONFLICT (municipality, account_id) DO UPDATE SET debit = t.debit + excluded.debit, credit = t.credit + excluded.credit
    )
    SELECT count(*) INTO v_folded FROM taken;
    RETURN v_folded;
END $$;

-- Closes: waits for the postings under way in every month up to the day; then nothing on or before it is accepted in that scope. Returns whether it was
-- open until now.
CREATE FUNCTION close_through(p_municipality integer, p_scope text, p_day date, p_first date, p_now timestamptz, p_actor text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_month date := date_trunc('month', p_first)::date;
    v_new   integer;
BEGIN
    WHILE v_month <= p_day LOOP
        PERFORM pg_advisory_xact_lock(p_municipality, extract(year FROM v_month)::integer * 100 + extract(month FROM v_month)::integer);
        v_month := (v_month + interval '1 month')::date;
    END LOOP;
    INSERT INTO public.closings (municipality, scope, closed_through, closed_at, closed_by)
    VALUES (p_municipality, p_scope, p_day, p_now, p_actor)
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_new = ROW_COUNT;
    RETURN v_new = 1;
END $$;

-- Locks accounts in order before several entries are posted on them in one database transaction, so that these wait like one posting and never
-- deadlock with another. The month first, as post_batch does.
CREATE FUNCTION lock_guarded(p_municipality integer, p_business_on date, p_account_id uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(p_municipality, extract(year FROM p_business_on)::integer * 100 + extract(month FROM p_business_on)::integer);
    PERFORM b.account_id
    FROM public.guarded_balances b
    WHERE b.municipality = p_municipality AND b.account_id = ANY (p_account_id)
    ORDER BY b.account_id
    FOR UPDATE;
END $$;

REVOKE ALL ON FUNCTION fold_deltas, close_through, lock_guarded FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fold_deltas, close_through, lock_guarded TO hagukumi_program;
GRANT SELECT ON accounts, entries, transfers, guarded_balances, account_deltas, account_totals, commands, seal_queue, closings, postings, stored_turnovers
    TO hagukumi_program;
