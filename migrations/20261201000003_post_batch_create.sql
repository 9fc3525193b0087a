-- The one way into the books. One element per item, so that many requests share one call.
--
-- When nothing is wrong (all keys new, all days open, all sound) the whole batch is written at once, in a block of its own: each step on the condition that
-- the rest is well. One transfer alone, as it comes when nothing else does, is written from the values themselves. When something is wrong the block is
-- undone, and each step is a statement of its own, so that it sees what the locks of the step before protect:
--   1 claim the keys, in order; a key already there is a replay or a conflict
--   2 take a shared lock on each period, in order
--   3 lock the guarded rows, in order
--   4 judge every item: closed, reversed, unknown account, mixed units, window, balance
--   5 write what nothing speaks against; forget the keys of what was rejected
-- The caller gives each key and each guarded row at most once in a batch (the others wait for the next): then one item
-- cannot change the verdict of another, and a rejected item never sinks the rest.
--
-- A guarded row says its unit, and an account whether it has a guard: nobody looks twice. An account without a guard gets one delta row per batch.
-- docs/performance.md says what all this carries.
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
    -- transfers, one element each
    t_item         integer[],
    t_position     integer[],   -- 0, 1, 2 … within the item
    t_debit        uuid[],
    t_credit       uuid[],
    t_amount       bigint[],
    -- one element per item, in the order given
    OUT outcomes   text[],      -- posted, replayed, or why not: conflict, closed, reversed, unknown_account, mixed_units, window, short
    OUT entry_ids  uuid[]       -- of the entry posted now, or by the first call; null where it is a conflict
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- The arrays' lengths change from call to call, and tables grow; the right plan does not change: the rows that are named, by bitmaps of the index, and
-- hashes of the smaller side, which is never what is locked in order.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_indexscan = off SET enable_nestloop = off SET enable_mergejoin = off AS $$
DECLARE
    v_against text[]  := array_fill(NULL::text, ARRAY[cardinality(p_key)]);   -- what speaks against each item; nothing at first
    v_mode    text;
    v_locked  boolean;
    v_period  integer;                  -- the month of all items, where they are of one
    v_debit   uuid    := t_debit[1];    -- a single transfer
    v_credit  uuid    := t_credit[1];
    v_amount  bigint  := t_amount[1];
    v_unit    text;                     -- of what it debits
    v_other   text;                     -- of what it credits
    v_opened  uuid[]  := '{}';          -- guarded accounts that come into being, in order
    v_well    boolean;
    v_written integer;
    v_closed  date;
    v_bad     integer[];
    v_why     text[];
    v_at      integer;
    -- the guarded accounts touched, locked, and what moves there
    g_account uuid[];
    g_balance bigint[];
    g_unit    text[];
    g_opens   timestamptz[];
    g_closes  timestamptz[];
    g_debit   bigint[];
    g_credit  bigint[];
    -- the other accounts touched, and what moves there
    f_account uuid[];
    f_debit   bigint[];
    f_credit  bigint[];
    a_account uuid[];    -- those of them that are there already
    a_unit    text[];
BEGIN
    entry_ids := p_entry_id;

    -- A batch of thousands is planned for what is there now: the plan of a connection that began with small tables would read all of a city's rows.
    IF cardinality(t_item) > 1000 THEN
        v_mode := set_config('plan_cache_mode', 'force_custom_plan', true);
    END IF;
    IF n_item <> '{}' THEN
        IF NOT EXISTS (SELECT FROM public.municipalities m WHERE m.municipality = p_municipality) THEN
            RAISE foreign_key_violation USING MESSAGE = format('there is no municipality %s', p_municipality);
        END IF;
        v_opened := ARRAY(SELECT n.account_id FROM unnest(n_account_id, n_guarded) AS n (account_id, guarded) WHERE n.guarded ORDER BY 1);
    END IF;
    IF p_business_on[1] = ALL (p_business_on) THEN
        v_period := extract(year FROM p_business_on[1])::integer * 100 + extract(month FROM p_business_on[1])::integer;
    END IF;

    -- A single transfer: the same conditions, on the values themselves.
    IF cardinality(p_key) = 1 AND cardinality(t_item) = 1 AND n_item = '{}' AND p_reverses[1] IS NULL THEN
        BEGIN
            INSERT INTO public.commands (municipality, actor, key, fingerprint, entry_id)
            VALUES (p_municipality, p_actor[1], p_key[1], p_fingerprint[1], p_entry_id[1]);
            v_locked := pg_advisory_xact_lock_shared(p_municipality, v_period) IS NULL;

            -- Guarded rows in order; an account without a guard gets a delta row.
            IF v_credit < v_debit THEN
                UPDATE public.guarded_balances b SET balance = b.balance + v_amount
                WHERE b.municipality = p_municipality AND b.account_id = v_credit
                RETURNING b.unit INTO v_other;
            END IF;
            UPDATE public.guarded_balances b SET balance = b.balance - v_amount
            WHERE b.municipality = p_municipality AND b.account_id = v_debit
              AND b.balance >= v_amount AND coalesce(p_now >= b.opens_at, true) AND coalesce(p_now < b.closes_at, true)
            RETURNING b.unit INTO v_unit;
            IF v_credit > v_debit THEN
                UPDATE public.guarded_balances b SET balance = b.balance + v_amount
                WHERE b.municipality = p_municipality AND b.account_id = v_credit
                RETURNING b.unit INTO v_other;
            END IF;
            IF v_unit IS NULL THEN
                SELECT a.unit INTO v_unit FROM public.accounts a WHERE a.municipality = p_municipality AND a.account_id = v_debit AND NOT a.guarded;
                INSERT INTO public.account_deltas (municipality, account_id, debit, credit) VALUES (p_municipality, v_debit, v_amount, 0);
            END IF;
            IF v_other IS NULL THEN
                SELECT a.unit INTO v_other FROM public.accounts a WHERE a.municipality = p_municipality AND a.account_id = v_credit AND NOT a.guarded;
                INSERT INTO public.account_deltas (municipality, account_id, debit, credit) VALUES (p_municipality, v_credit, 0, v_amount);
            END IF;

            SELECT max(c.closed_through) INTO v_closed FROM public.closings c WHERE c.municipality = p_municipality;
            IF v_closed >= p_business_on[1] OR v_unit IS NULL OR v_unit IS DISTINCT FROM v_other THEN
                RAISE SQLSTATE 'HG002';
            END IF;

            INSERT INTO public.entries (municipality, entry_id, kind, business_on, period, posted_at, actor, command_key, reason)
            VALUES (p_municipality, p_entry_id[1], p_kind[1], p_business_on[1], v_period, p_now, p_actor[1], p_key[1], p_reason[1]);
            INSERT INTO public.seal_queue (municipality, entry_id, posted_at) VALUES (p_municipality, p_entry_id[1], p_now);
            INSERT INTO public.transfers (municipality, entry_id, position, debit_account_id, credit_account_id, amount)
            VALUES (p_municipality, p_entry_id[1], t_position[1], v_debit, v_credit, v_amount);
            outcomes := '{posted}';
            RETURN;
        EXCEPTION
            WHEN unique_violation OR SQLSTATE 'HG002' THEN NULL;
        END;
    -- A batch in which nothing is wrong: keys in order, periods, guarded rows, and what is written, each on the condition that the rest is well.
    ELSIF array_remove(p_reverses, NULL) = '{}' THEN
        BEGIN
            INSERT INTO public.commands (municipality, actor, key, fingerprint, entry_id)
            SELECT p_municipality, i.actor, i.key, i.fingerprint, i.entry_id
            FROM unnest(p_actor, p_key, p_fingerprint, p_entry_id) AS i (actor, key, fingerprint, entry_id)
            ORDER BY i.actor, i.key;

            IF v_period IS NULL THEN
                PERFORM pg_advisory_xact_lock_shared(p_municipality, p.period)
                FROM (
                    SELECT DISTINCT extract(year FROM b.business_on)::integer * 100 + extract(month FROM b.business_on)::integer AS period
                    FROM unnest(p_business_on) AS b (business_on)
                    ORDER BY 1
                ) p;
            ELSE
                v_locked := pg_advisory_xact_lock_shared(p_municipality, v_period) IS NULL;
            END IF;

            WITH moved AS MATERIALIZED (
                SELECT m.account_id, sum(m.debit)::bigint AS debit, sum(m.credit)::bigint AS credit
                FROM (
                    SELECT t.debit AS account_id, t.amount AS debit, 0::bigint AS credit FROM unnest(t_debit, t_amount) AS t (debit, amount)
                    UNION ALL
                    SELECT t.credit, 0, t.amount FROM unnest(t_credit, t_amount) AS t (credit, amount)
                ) m
                GROUP BY m.account_id
                ORDER BY m.account_id
            ), guarded AS (
                -- What was there before must cover what is taken, whatever comes in the same batch.
                UPDATE public.guarded_balances b
                SET balance = b.balance + m.credit - m.debit
                FROM moved m
                WHERE b.municipality = p_municipality AND b.account_id = ANY (t_debit || t_credit) AND b.account_id = m.account_id
                RETURNING b.account_id, b.unit = 'yen' AND (m.debit = 0 OR (
                    b.balance >= m.credit AND coalesce(p_now >= b.opens_at, true) AND coalesce(p_now < b.closes_at, true))) AS well
            )
            SELECT array_agg(m.account_id) FILTER (WHERE g.account_id IS NULL), array_agg(m.debit) FILTER (WHERE g.account_id IS NULL),
                   array_agg(m.credit) FILTER (WHERE g.account_id IS NULL), coalesce(bool_and(g.well), true)
            INTO f_account, f_debit, f_credit, v_well
            FROM moved m
            LEFT JOIN guarded g USING (account_id);

            SELECT max(c.closed_through) INTO v_closed FROM public.closings c WHERE c.municipality = p_municipality;
            IF NOT v_well OR v_closed >= ANY (p_business_on) OR 'yen' <> ANY (n_unit) OR (n_item <> '{}' AND 0 <> ANY (f_debit)) THEN
                RAISE SQLSTATE 'HG002';
            END IF;

            INSERT INTO public.entries (municipality, entry_id, kind, business_on, period, posted_at, actor, command_key, reason)
            SELECT p_municipality, i.entry_id, i.kind, i.business_on,
                   extract(year FROM i.business_on)::integer * 100 + extract(month FROM i.business_on)::integer,
                   p_now, i.actor, i.key, i.reason
            FROM unnest(p_entry_id, p_kind, p_business_on, p_actor, p_key, p_reason) AS i (entry_id, kind, business_on, actor, key, reason);
            INSERT INTO public.seal_queue (municipality, entry_id, posted_at) SELECT p_municipality, i.entry_id, p_now FROM unnest(p_entry_id) AS i (entry_id);
            INSERT INTO public.transfers (municipality, entry_id, position, debit_account_id, credit_account_id, amount)
            SELECT p_municipality, p_entry_id[t.item], t.position, t.debit, t.credit, t.amount
            FROM unnest(t_item, t_position, t_debit, t_credit, t_amount) AS t (item, position, debit, credit, amount);

            IF n_item <> '{}' THEN
                INSERT INTO public.accounts (municipality, account_id, kind, unit, owner_id, scheme_id, fiscal_year, guarded)
                SELECT p_municipality, n.account_id, n.kind, n.unit, n.owner_id, n.scheme_id, n.fiscal_year, n.guarded
                FROM unnest(n_account_id, n_kind, n_unit, n_owner_id, n_scheme_id, n_fiscal_year, n_guarded)
                    AS n (account_id, kind, unit, owner_id, scheme_id, fiscal_year, guarded);

                INSERT INTO public.guarded_balances (municipality, account_id, unit, balance, opens_at, closes_at)
                SELECT p_municipality, n.account_id, n.unit, coalesce(f.credit, 0), n.opens_at, n.closes_at
                FROM unnest(n_account_id, n_unit, n_guarded, n_opens_at, n_closes_at) AS n (account_id, unit, guarded, opens_at, closes_at)
                LEFT JOIN unnest(f_account, f_credit) AS f (account_id, credit) USING (account_id)
                WHERE n.guarded;
            END IF;

            -- A delta row for each account without a guard, which must be there; most batches that open accounts move to nothing else.
            IF f_account <> v_opened THEN
                IF NOT v_opened <@ f_account THEN
                    RAISE SQLSTATE 'HG002';
                END IF;
                INSERT INTO public.account_deltas (municipality, account_id, debit, credit)
                SELECT p_municipality, f.account_id, f.debit, f.credit
                FROM unnest(f_account, f_debit, f_credit) AS f (account_id, debit, credit)
                JOIN public.accounts a ON a.municipality = p_municipality AND a.account_id = ANY (f_account) AND a.account_id = f.account_id
                WHERE a.unit = 'yen' AND NOT a.guarded;
                GET DIAGNOSTICS v_written = ROW_COUNT;
                IF v_written <> cardinality(f_account) - cardinality(v_opened) THEN
                    RAISE SQLSTATE 'HG002';
                END IF;
            END IF;
            outcomes := array_fill('posted'::text, ARRAY[cardinality(p_key)]);
            RETURN;
        EXCEPTION
            WHEN unique_violation OR check_violation OR SQLSTATE 'HG002' THEN NULL;
        END;
    END IF;

    -- Item by item; what the attempt has written and locked is undone.
    -- 1 keys: claimed in order; a key already there is a replay or a conflict
    WITH claimed AS (
        INSERT INTO public.commands (municipality, actor, key, fingerprint, entry_id)
        SELECT p_municipality, i.actor, i.key, i.fingerprint, i.entry_id
        FROM unnest(p_actor, p_key, p_fingerprint, p_entry_id) AS i (actor, key, fingerprint, entry_id)
        ORDER BY i.actor, i.key
        ON CONFLICT DO NOTHING
        RETURNING entry_id
    )
    SELECT array_agg(CASE WHEN c.entry_id IS NULL THEN 'known' END ORDER BY i.item)
    INTO v_against
    FROM unnest(p_entry_id) WITH ORDINALITY AS i (entry_id, item)
    LEFT JOIN claimed c ON c.entry_id = i.entry_id;

    IF 'known' = ANY (v_against) THEN
        SELECT array_agg(CASE WHEN i.against IS NULL THEN NULL WHEN i.known = i.fingerprint THEN 'replayed' ELSE 'conflict' END ORDER BY i.item),
               array_agg(CASE WHEN i.against IS NULL THEN i.entry_id WHEN i.known = i.fingerprint THEN i.first END ORDER BY i.item)
        INTO v_against, entry_ids
        FROM (
            SELECT i.item, i.entry_id, i.fingerprint, i.against,
                   (SELECT c.fingerprint FROM public.commands c WHERE c.municipality = p_municipality AND c.actor = i.actor AND c.key = i.key) AS known,
                   (SELECT c.entry_id FROM public.commands c WHERE c.municipality = p_municipality AND c.actor = i.actor AND c.key = i.key) AS first
            FROM unnest(p_actor, p_key, p_fingerprint, p_entry_id, v_against) WITH ORDINALITY AS i (actor, key, fingerprint, entry_id, against, item)
        ) i;
    END IF;

    -- 2 a shared lock on each period, in order
    PERFORM pg_advisory_xact_lock_shared(p_municipality, p.period)
    FROM (
        SELECT DISTINCT extract(year FROM b.business_on)::integer * 100 + extract(month FROM b.business_on)::integer AS period
        FROM unnest(p_business_on) AS b (business_on)
        ORDER BY 1
    ) p;

    -- 3 guarded rows, locked in order
    SELECT array_agg(g.account_id), array_agg(g.balance), array_agg(g.unit), array_agg(g.opens_at), array_agg(g.closes_at)
    INTO g_account, g_balance, g_unit, g_opens, g_closes
    FROM (
        SELECT b.account_id, b.balance, b.unit, b.opens_at, b.closes_at
        FROM public.guarded_balances b
        WHERE b.municipality = p_municipality AND b.account_id = ANY (t_debit || t_credit)
        ORDER BY b.account_id
        FOR NO KEY UPDATE
    ) g;

    -- 4 verdicts
    SELECT array_agg(a.account_id), array_agg(a.unit) INTO a_account, a_unit
    FROM public.accounts a
    WHERE a.municipality = p_municipality AND a.account_id = ANY (t_debit || t_credit) AND NOT a.guarded;

    SELECT array_agg(coalesce(i.against, CASE
               WHEN EXISTS (
                   SELECT FROM public.closings c
                   WHERE c.municipality = p_municipality AND c.closed_through >= i.business_on
                     AND (c.scope = 'books' OR (c.scope = 'payments' AND i.kind IN ('capture', 'refund')))
               ) THEN 'closed'
               WHEN i.reverses IS NOT NULL AND EXISTS (
                   SELECT FROM public.entries e WHERE e.municipality = p_municipality AND e.reverses_entry_id = i.reverses
               ) THEN 'reversed'
           END) ORDER BY i.item)
    INTO v_against
    FROM unnest(v_against, p_business_on, p_kind, p_reverses) WITH ORDINALITY AS i (against, business_on, kind, reverses, item);

    WITH known AS MATERIALIZED (
        SELECT g.account_id, g.unit, g.balance, g.opens_at, g.closes_at, true AS guarded
        FROM unnest(g_account, g_unit, g_balance, g_opens, g_closes) AS g (account_id, unit, balance, opens_at, closes_at)
        UNION ALL
        SELECT a.account_id, a.unit, NULL, NULL, NULL, false FROM unnest(a_account, a_unit) AS a (account_id, unit)
        UNION ALL
        SELECT DISTINCT ON (n.account_id) n.account_id, n.unit, 0, n.opens_at, n.closes_at, n.guarded
        FROM unnest(n_account_id, n_unit, n_guarded, n_opens_at, n_closes_at) AS n (account_id, unit, guarded, opens_at, closes_at)
        WHERE n.account_id <> ALL (coalesce(g_account, '{}')) AND n.account_id <> ALL (coalesce(a_account, '{}'))
    ), unsound AS (
        SELECT t.item, CASE WHEN bool_or(d.unit IS NULL OR c.unit IS NULL) THEN 'unknown_account' ELSE 'mixed_units' END AS why, 1 AS rank
        FROM unnest(t_item, t_debit, t_credit) AS t (item, debit, credit)
        LEFT JOIN known d ON d.account_id = t.debit
        LEFT JOIN known c ON c.account_id = t.credit
        WHERE d.unit IS DISTINCT FROM c.unit OR d.unit IS NULL
        GROUP BY t.item
    ), moved AS (
        SELECT m.item, m.account_id, sum(m.amount)::bigint AS amount
        FROM (
            SELECT t.item, t.debit AS account_id, -t.amount AS amount FROM unnest(t_item, t_debit, t_amount) AS t (item, debit, amount)
            UNION ALL
            SELECT t.item, t.credit, t.amount FROM unnest(t_item, t_credit, t_amount) AS t (item, credit, amount)
        ) m
        GROUP BY m.item, m.account_id
    ), refused AS (
        SELECT m.item, CASE WHEN bool_or(k.balance + m.amount >= 0) THEN 'window' ELSE 'short' END AS why, 2 AS rank
        FROM moved m
        JOIN known k USING (account_id)
        WHERE k.guarded AND m.amount < 0
          AND (k.balance + m.amount < 0 OR (p_kind[m.item] IN ('hold', 'capture') AND (p_now < k.opens_at OR p_now >= k.closes_at)))
        GROUP BY m.item
    )
    SELECT array_agg(b.item), array_agg(b.why)
    INTO v_bad, v_why
    FROM (SELECT DISTINCT ON (w.item) w.item, w.why FROM (SELECT * FROM unsound UNION ALL SELECT * FROM refused) w ORDER BY w.item, w.rank) b;
    FOR v_at IN 1 .. coalesce(cardinality(v_bad), 0) LOOP
        v_against[v_bad[v_at]] := coalesce(v_against[v_bad[v_at]], v_why[v_at]);
    END LOOP;

    -- Forget the keys of what is rejected, and what it would have moved.
    FOR v_at IN 1 .. cardinality(v_against) LOOP
        IF v_against[v_at] NOT IN ('replayed', 'conflict') THEN
            DELETE FROM public.commands c WHERE c.municipality = p_municipality AND c.actor = p_actor[v_at] AND c.key = p_key[v_at];
        END IF;
    END LOOP;

    WITH moved AS (
        SELECT m.account_id, sum(m.debit)::bigint AS debit, sum(m.credit)::bigint AS credit, m.account_id = ANY (coalesce(g_account, '{}')) AS guarded
        FROM (
            SELECT t.debit AS account_id, t.amount AS debit, 0::bigint AS credit
            FROM unnest(t_item, t_debit, t_amount) AS t (item, debit, amount) WHERE v_against[t.item] IS NULL
            UNION ALL
            SELECT t.credit, 0, t.amount
            FROM unnest(t_item, t_credit, t_amount) AS t (item, credit, amount) WHERE v_against[t.item] IS NULL
        ) m
        GROUP BY m.account_id
    )
    SELECT array_agg(m.account_id) FILTER (WHERE m.guarded), array_agg(m.debit) FILTER (WHERE m.guarded), array_agg(m.credit) FILTER (WHERE m.guarded),
           array_agg(m.account_id) FILTER (WHERE NOT m.guarded), array_agg(m.debit) FILTER (WHERE NOT m.guarded),
           array_agg(m.credit) FILTER (WHERE NOT m.guarded)
    INTO g_account, g_debit, g_credit, f_account, f_debit, f_credit
    FROM moved m;

    UPDATE public.guarded_balances b
    SET balance = b.balance + g.credit - g.debit
    FROM unnest(g_account, g_debit, g_credit) AS g (account_id, debit, credit)
    WHERE b.municipality = p_municipality AND b.account_id = ANY (g_account) AND b.account_id = g.account_id;

    -- 5 write what nothing speaks against
    INSERT INTO public.entries (municipality, entry_id, kind, business_on, period, posted_at, actor, command_key, reason, reverses_entry_id)
    SELECT p_municipality, i.entry_id, i.kind, i.business_on,
           extract(year FROM i.business_on)::integer * 100 + extract(month FROM i.business_on)::integer,
           p_now, i.actor, i.key, i.reason, i.reverses
    FROM unnest(p_entry_id, p_kind, p_business_on, p_actor, p_key, p_reason, p_reverses, v_against)
        AS i (entry_id, kind, business_on, actor, key, reason, reverses, against)
    WHERE i.against IS NULL;

    INSERT INTO public.seal_queue (municipality, entry_id, posted_at)
    SELECT p_municipality, i.entry_id, p_now FROM unnest(p_entry_id, v_against) AS i (entry_id, against) WHERE i.against IS NULL;

    INSERT INTO public.transfers (municipality, entry_id, position, debit_account_id, credit_account_id, amount)
    SELECT p_municipality, p_entry_id[t.item], t.position, t.debit, t.credit, t.amount
    FROM unnest(t_item, t_position, t_debit, t_credit, t_amount) AS t (item, position, debit, credit, amount)
    WHERE v_against[t.item] IS NULL;

    IF n_item <> '{}' THEN
        INSERT INTO public.accounts (municipality, account_id, kind, unit, owner_id, scheme_id, fiscal_year, guarded)
        SELECT DISTINCT ON (n.account_id) p_municipality, n.account_id, n.kind, n.unit, n.owner_id, n.scheme_id, n.fiscal_year, n.guarded
        FROM unnest(n_item, n_account_id, n_kind, n_unit, n_owner_id, n_scheme_id, n_fiscal_year, n_guarded)
            AS n (item, account_id, kind, unit, owner_id, scheme_id, fiscal_year, guarded)
        WHERE v_against[n.item] IS NULL
        ORDER BY n.account_id
        ON CONFLICT DO NOTHING;

        -- A row that somebody else has opened meanwhile gets what moves here on top.
        INSERT INTO public.guarded_balances AS b (municipality, account_id, unit, balance, opens_at, closes_at)
        SELECT p_municipality, m.account_id, max(m.unit), sum(m.amount), max(m.opens_at), max(m.closes_at)
        FROM (
            SELECT n.account_id, n.unit, 0::bigint AS amount, n.opens_at, n.closes_at
            FROM unnest(n_item, n_account_id, n_unit, n_guarded, n_opens_at, n_closes_at) AS n (item, account_id, unit, guarded, opens_at, closes_at)
            WHERE n.guarded AND v_against[n.item] IS NULL
            UNION ALL
            SELECT f.account_id, NULL, f.credit - f.debit, NULL, NULL FROM unnest(f_account, f_debit, f_credit) AS f (account_id, debit, credit)
        ) m
        GROUP BY m.account_id
        HAVING max(m.unit) IS NOT NULL
        ORDER BY m.account_id
        ON CONFLICT (municipality, account_id) DO UPDATE SET balance = b.balance + excluded.balance;
    END IF;

    INSERT INTO public.account_deltas (municipality, account_id, debit, credit)
    SELECT p_municipality, f.account_id, f.debit, f.credit
    FROM unnest(f_account, f_debit, f_credit) AS f (account_id, debit, credit)
    WHERE f.account_id NOT IN (SELECT n.account_id FROM unnest(n_account_id, n_guarded) AS n (account_id, guarded) WHERE n.guarded);

    outcomes := ARRAY(SELECT coalesce(a.against, 'posted') FROM unnest(v_against) WITH ORDINALITY AS a (against, item) ORDER BY a.item);
END $$;

REVOKE ALL ON FUNCTION post_batch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post_batch TO hagukumi_program;
