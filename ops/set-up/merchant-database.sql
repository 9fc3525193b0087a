-- Narrows the database of the merchants' face to what its login needs: its own tables, and nothing that tells of the rest of the server.
-- A superuser runs it in that database, after the database was made and after each upgrade of PostgreSQL:
--
--     psql -d hagukumi_merchant -f ops/set-up/merchant-database.sql
--
-- The program does so itself on its embedded server. Safe to repeat: it takes back what PUBLIC still has, and gives nothing.
DO $$
DECLARE
    v_database text := current_database();
    v_routine  regprocedure;
    v_relation regclass;
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', v_database);
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO hagukumi_merchant', v_database);
    REVOKE ALL ON SCHEMA public FROM PUBLIC;

    -- Statistics, sizes, positions in the WAL, snapshots, locks, files, sources of functions; the age of a transaction counts all of the server's
    -- transactions, and a large object takes the server's next number. Advisory locks stay: migrations need them, and they are this database's.
    FOR v_routine IN
        SELECT p.oid::regprocedure
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('pg_catalog', 'information_schema')
          AND has_function_privilege('hagukumi_merchant', p.oid, 'EXECUTE')
          AND ((p.proname LIKE 'pg\_%' AND p.proname NOT LIKE 'pg\_%advisory%')
               OR p.proname LIKE 'txid\_%' OR p.proname LIKE 'lo\_%' OR p.proname IN ('loread', 'lowrite', 'age', 'mxid_age'))
          -- The age of a birthday is arithmetic.
          AND NOT (p.proname = 'age' AND p.proargtypes[0] <> 'xid'::regtype)
        ORDER BY p.oid
    LOOP
        EXECUTE format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', v_routine);
    END LOOP;

    -- The catalogue and its views: the server itself reads them without asking for a right.
    FOR v_relation IN
        SELECT c.oid::regclass
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v')
          AND has_any_column_privilege('hagukumi_merchant', c.oid, 'SELECT')
        ORDER BY c.oid
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', v_relation);
    END LOOP;
END $$;
