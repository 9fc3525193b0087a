-- The one way into the books.
--
-- Protocol, each step a statement of its own so that it sees what the locks of the step before protect:
--   1 claim the keys, in order; a key already there is a replay or a conflict
--   2 take a shared lock on each period, in order, and look whether it is closed
--   3 lock the guarded rows, in order
--   4 judge every item: unknown account, mixed units, window, balance
--   5 write what was accepted; forget the keys of what was rejected
-- The caller gives each key and each guarded row at most once in a batch (the others wait for the next): then one item
-- cannot change the verdict of another, and a rejected item never sinks the rest.
CREATE TYPE posting_outcome AS (
    item     integer,  -- 1, 2, 3 … as given
    outcome  text,     -- posted, replayed, or why not: conflict, closed, reversed, unknown_account, mixed_units, window, short
    entry_id uuid      -- of the entry posted now, or by the first call
);

CREATE FUNCTION post_batch(
    p_municipality integer,
    p_now          timestamptz,
    -- one element per item
    p_actor        text[],
    p_key          text[],
    p_fingerprint  bytea[],
    p_entry_id     uuid[],
    p_kind         text[],
    p_business_on  date[],
    p_reason       text[],
    p_reverses     uuid[],
    -- accounts that come into being, one element per account; the others exist already
    n_item         integer[],
    n_account_id   uuid[],
    n_kind         text[],
    n_unit         text[],
    n_owner_id     uuid[],
    n_scheme_id    text[],
    n_fiscal_year  smallint[],
    n_guarded      boolean[],
    n_opens_at     timestamptz[],
    n_closes_at    timestamptz[],
    -- transfers, one element each, in the order of the entry
    t_item         integer[],
    t_debit        uuid[],
    t_credit       uuid[],
    t_amount       bigint[]
) RETURNS SETOF posting_outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    v_outcome text[];   -- the verdict per item; null until something speaks against it
    v_first   uuid[];   -- the entry of the first call, where the key is known
    g_account uuid[];   -- the guarded rows touched, locked
    g_balance bigint[];
    g_opens   timestamptz[];
    g_closes  timestamptz[];
BEGIN
    v_first := p_entry_id;

    -- 1 keys
    WITH claimed AS (
        INSERT INTO commands (municipality, actor, key, fingerprint, entry_id)
        SELECT p_municipality, i.actor, i.key, i.fingerprint, i.entry_id
        FROM unnest(p_actor, p_key, p_fingerprint, p_entry_id) AS i (actor, key, fingerprint, entry_id)
        ORDER BY i.actor, i.key
        ON CONFLICT DO NOTHING
        RETURNING entry_id
    )
    SELECT array_agg(CASE WHEN c.entry_id IS NULL THEN 'known' END ORDER BY i.item)
    INTO v_outcome
    FROM unnest(p_entry_id) WITH ORDINALITY AS i (entry_id, item)
    LEFT JOIN claimed c ON c.entry_id = i.entry_id;

    IF 'known' = ANY (v_outcome) THEN
        SELECT array_agg(CASE
                   WHEN i.outcome IS NULL THEN NULL
                   WHEN c.fingerprint = i.fingerprint THEN 'replayed'
                   ELSE 'conflict'
               END ORDER BY i.item),
               array_agg(CASE WHEN i.outcome IS NULL THEN i.entry_id WHEN c.fingerprint = i.fingerprint THEN c.entry_id END ORDER BY i.item)
        INTO v_outcome, v_first
        FROM unnest(p_actor, p_key, p_fingerprint, p_entry_id, v_outcome) WITH ORDINALITY AS i (actor, key, fingerprint, entry_id, outcome, item)
        LEFT JOIN commands c ON c.municipality = p_municipality AND c.actor = i.actor AND c.key = i.key;
    END IF;

    -- 2 periods
    PERFORM pg_advisory_xact_lock_shared(p_municipality, p.period)
    FROM (
        SELECT DISTINCT extract(year FROM b.business_on)::integer * 100 + extract(month FROM b.business_on)::integer AS period
        FROM unnest(p_business_on) AS b (business_on)
        ORDER BY 1
    ) p;

    SELECT array_agg(coalesce(i.outcome, CASE
               WHEN EXISTS (
                   SELECT FROM closings c
                   WHERE c.municipality = p_municipality AND c.closed_through >= i.business_on
                     AND (c.scope = 'books' OR (c.scope = 'payments' AND i.kind IN ('capture', 'refund')))
               ) THEN 'closed'
               WHEN EXISTS (
                   SELECT FROM entries e WHERE e.municipality = p_municipality AND e.reverses_entry_id = i.reverses
               ) THEN 'reversed'
           END) ORDER BY i.item)
    INTO v_outcome
    FROM unnest(v_outcome, p_business_on, p_kind, p_reverses) WITH ORDINALITY AS i (outcome, business_on, kind, reverses, item);

    -- 3 guarded rows
    SELECT array_agg(g.account_id), array_agg(g.balance), array_agg(g.opens_at), array_agg(g.closes_at)
    INTO g_account, g_balance, g_opens, g_closes
    FROM (
        SELECT b.account_id, b.balance, b.opens_at, b.closes_at
        FROM guarded_balances b
        WHERE b.municipality = p_municipality AND b.account_id IN (SELECT unnest(t_debit) UNION SELECT unnest(t_credit))
        ORDER BY b.account_id
        FOR UPDATE
    ) g;

    -- 4 verdicts
    WITH known AS MATERIALIZED (
        SELECT a.account_id, a.unit FROM accounts a
        WHERE a.municipality = p_municipality AND a.account_id IN (SELECT unnest(t_debit) UNION SELECT unnest(t_credit))
        UNION
        SELECT n.account_id, n.unit FROM unnest(n_account_id, n_unit) AS n (account_id, unit)
    ), unsound AS (
        SELECT t.item, CASE WHEN bool_or(d.unit IS NULL OR c.unit IS NULL) THEN 'unknown_account' ELSE 'mixed_units' END AS outcome
        FROM unnest(t_item, t_debit, t_credit) AS t (item, debit, credit)
        LEFT JOIN known d ON d.account_id = t.debit
        LEFT JOIN known c ON c.account_id = t.credit
        WHERE d.unit IS DISTINCT FROM c.unit OR d.unit IS NULL
        GROUP BY t.item
    ), guarded AS (
        SELECT g.account_id, g.balance, g.opens_at, g.closes_at
        FROM unnest(g_account, g_balance, g_opens, g_closes) AS g (account_id, balance, opens_at, closes_at)
        UNION ALL
        SELECT n.account_id, 0, n.opens_at, n.closes_at
        FROM unnest(n_account_id, n_guarded, n_opens_at, n_closes_at) AS n (account_id, guarded, opens_at, closes_at)
        WHERE n.guarded AND NOT n.account_id = ANY (coalesce(g_account, '{}'))
    ), moved AS (
        SELECT m.item, m.account_id, sum(m.amount) AS amount
        FROM (
            SELECT t.item, t.debit AS account_id, -t.amount AS amount FROM unnest(t_item, t_debit, t_amount) AS t (item, debit, amount)
            UNION ALL
            SELECT t.item, t.credit, t.amount FROM unnest(t_item, t_credit, t_amount) AS t (item, credit, amount)
        ) m
        GROUP BY m.item, m.account_id
    ), refused AS (
        SELECT m.item, CASE WHEN bool_or(g.balance + m.amount >= 0) THEN 'window' ELSE 'short' END AS outcome
        FROM moved m
        JOIN guarded g USING (account_id)
        WHERE g.balance + m.amount < 0
           OR (m.amount < 0 AND p_kind[m.item] IN ('hold', 'capture') AND (p_now < g.opens_at OR p_now >= g.closes_at))
        GROUP BY m.item
    )
    SELECT array_agg(coalesce(i.outcome, u.outcome, r.outcome) ORDER BY i.item)
    INTO v_outcome
    FROM unnest(v_outcome) WITH ORDINALITY AS i (outcome, item)
    LEFT JOIN unsound u ON u.item = i.item
    LEFT JOIN refused r ON r.item = i.item;

    -- 5 write
    DELETE FROM commands c
    USING unnest(p_actor, p_key, v_outcome) AS i (actor, key, outcome)
    WHERE c.municipality = p_municipality AND c.actor = i.actor AND c.key = i.key
      AND i.outcome IS NOT NULL AND i.outcome NOT IN ('replayed', 'conflict');

    INSERT INTO entries (municipality, entry_id, kind, business_on, period, posted_at, actor, command_key, reason, reverses_entry_id)
    SELECT p_municipality, i.entry_id, i.kind, i.business_on,
           extract(year FROM i.business_on)::integer * 100 + extract(month FROM i.business_on)::integer,
           p_now, i.actor, i.key, i.reason, i.reverses
    FROM unnest(p_entry_id, p_kind, p_business_on, p_actor, p_key, p_reason, p_reverses, v_outcome)
        AS i (entry_id, kind, business_on, actor, key, reason, reverses, outcome)
    WHERE i.outcome IS NULL;

    INSERT INTO seal_queue (municipality, entry_id, posted_at)
    SELECT p_municipality, i.entry_id, p_now FROM unnest(p_entry_id, v_outcome) AS i (entry_id, outcome) WHERE i.outcome IS NULL;

    INSERT INTO accounts (municipality, account_id, kind, unit, owner_id, scheme_id, fiscal_year)
    SELECT DISTINCT ON (n.account_id) p_municipality, n.account_id, n.kind, n.unit, n.owner_id, n.scheme_id, n.fiscal_year
    FROM unnest(n_item, n_account_id, n_kind, n_unit, n_owner_id, n_scheme_id, n_fiscal_year)
        AS n (item, account_id, kind, unit, owner_id, scheme_id, fiscal_year)
    WHERE v_outcome[n.item] IS NULL
    ORDER BY n.account_id
    ON CONFLICT DO NOTHING;

    INSERT INTO guarded_balances (municipality, account_id, balance, opens_at, closes_at)
    SELECT DISTINCT ON (n.account_id) p_municipality, n.account_id, 0, n.opens_at, n.closes_at
    FROM unnest(n_item, n_account_id, n_guarded, n_opens_at, n_closes_at) AS n (item, account_id, guarded, opens_at, closes_at)
    WHERE n.guarded AND v_outcome[n.item] IS NULL
    ORDER BY n.account_id
    ON CONFLICT DO NOTHING;

    INSERT INTO transfers (municipality, entry_id, position, debit_account_id, credit_account_id, amount)
    SELECT p_municipality, p_entry_id[t.item], row_number() OVER (PARTITION BY t.item ORDER BY t.ordinal) - 1, t.debit, t.credit, t.amount
    FROM unnest(t_item, t_debit, t_credit, t_amount) WITH ORDINALITY AS t (item, debit, credit, amount, ordinal)
    WHERE v_outcome[t.item] IS NULL;

    WITH moved AS (
        SELECT m.account_id, sum(m.debit)::bigint AS debit, sum(m.credit)::bigint AS credit
        FROM (
            SELECT t.debit AS account_id, t.amount AS debit, 0::bigint AS credit
            FROM unnest(t_item, t_debit, t_amount) AS t (item, debit, amount) WHERE v_outcome[t.item] IS NULL
            UNION ALL
            SELECT t.credit, 0, t.amount
            FROM unnest(t_item, t_credit, t_amount) AS t (item, credit, amount) WHERE v_outcome[t.item] IS NULL
        ) m
        GROUP BY m.account_id
    ), guarded AS (
        UPDATE guarded_balances b
        SET balance = b.balance + m.credit - m.debit
        FROM moved m
        WHERE b.municipality = p_municipality AND b.account_id = m.account_id
        RETURNING b.account_id
    )
    INSERT INTO account_deltas (municipality, account_id, debit, credit)
    SELECT p_municipality, m.account_id, m.debit, m.credit
    FROM moved m
    WHERE NOT EXISTS (SELECT FROM guarded g WHERE g.account_id = m.account_id);

    RETURN QUERY
    SELECT i.item::integer, coalesce(i.outcome, 'posted'), i.entry_id
    FROM unnest(v_outcome, v_first) WITH ORDINALITY AS i (outcome, entry_id, item)
    ORDER BY i.item;
END $$;

-- Sums up delta rows into totals. Whoever holds the lock folds; another folder goes away at once.
CREATE FUNCTION fold_deltas(p_municipality integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    v_folded bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(p_municipality, 0) THEN
        RETURN 0;
    END IF;
    WITH taken AS (
        DELETE FROM account_deltas WHERE municipality = p_municipality RETURNING account_id, debit, credit
    ), summed AS (
        INSERT INTO account_totals AS t (municipality, account_id, debit, credit)
        SELECT p_municipality, account_id, sum(debit), sum(credit) FROM taken GROUP BY account_id ORDER BY account_id
        ON CONFLICT (municipality, account_id) DO UPDATE SET debit = t.debit + excluded.debit, credit = t.credit + excluded.credit
    )
    SELECT count(*) INTO v_folded FROM taken;
    RETURN v_folded;
END $$;

-- Closes: waits for the postings under way in every month up to the day, then nothing on or before it is accepted in that scope.
CREATE FUNCTION close_through(p_municipality integer, p_scope text, p_day date, p_first date, p_now timestamptz, p_actor text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    v_month date := date_trunc('month', p_first)::date;
    v_new   integer;
BEGIN
    WHILE v_month <= p_day LOOP
        PERFORM pg_advisory_xact_lock(p_municipality, extract(year FROM v_month)::integer * 100 + extract(month FROM v_month)::integer);
        v_month := (v_month + interval '1 month')::date;
    END LOOP;
    INSERT INTO closings (municipality, scope, closed_through, closed_at, closed_by)
    VALUES (p_municipality, p_scope, p_day, p_now, p_actor)
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_new = ROW_COUNT;
    RETURN v_new = 1;
END $$;

REVOKE ALL ON FUNCTION post_batch, fold_deltas, close_through FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post_batch, fold_deltas, close_through TO hagukumi_program;
