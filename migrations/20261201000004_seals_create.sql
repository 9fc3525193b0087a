-- Seals: every entry is a leaf of its municipality's Merkle tree (RFC 6962), in the order in which it was sealed. Who changes, drops or reorders what
-- is sealed has to change every tree head since. Leaves and heads are never updated or deleted.

CREATE TABLE leaves (
    municipality integer NOT NULL,
    leaf         bigint  NOT NULL,            -- 0, 1, 2 … without a gap
    entry_id     uuid    NOT NULL,            -- the entry that the leaf seals
    sha256       bytea   NOT NULL,            -- of 0x00 and the entry with its transfers, as ledger/src/seal/leaf.rs writes them
    PRIMARY KEY (municipality, leaf),
    CONSTRAINT leaves_once UNIQUE (municipality, entry_id),
    CONSTRAINT leaves_sha256 CHECK (octet_length(sha256) = 32)
);

CREATE TABLE tree_heads (
    municipality integer     NOT NULL,
    size         bigint      NOT NULL,        -- leaves
    peaks        bytea       NOT NULL,        -- the roots of the perfect trees that the size is made of, the largest first
    root_sha256  bytea       NOT NULL,        -- the hash of the whole tree, as RFC 6962 makes it from the peaks
    sealed_at    timestamptz NOT NULL,        -- the program's clock
    PRIMARY KEY (municipality, size),
    CONSTRAINT tree_heads_size CHECK (size > 0),
    CONSTRAINT tree_heads_root CHECK (octet_length(root_sha256) = 32),
    CONSTRAINT tree_heads_peaks CHECK (octet_length(peaks) = 32 * bit_count(size::bit(64)))
);

CREATE TRIGGER leaves_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON leaves EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tree_heads_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON tree_heads EXECUTE FUNCTION refuse_change();

-- Adds leaves in the order given after the first p_size, with the head of the larger tree, and takes the entries off the queue.
-- Refuses when the tree has another size, or an entry does not wait.
CREATE FUNCTION seal_entries(
    p_municipality integer, p_size bigint, p_entries uuid[], p_sha256 bytea[], p_peaks bytea, p_root bytea, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_taken bigint;
BEGIN
    IF p_size <> coalesce((SELECT max(size) FROM public.tree_heads WHERE municipality = p_municipality), 0) THEN
        RAISE EXCEPTION 'the tree of % has not % leaves', p_municipality, p_size;
    END IF;
    DELETE FROM public.seal_queue WHERE municipality = p_municipality AND entry_id = ANY (p_entries);
    GET DIAGNOSTICS v_taken = ROW_COUNT;
    IF v_taken <> cardinality(p_entries) OR v_taken <> cardinality(p_sha256) THEN
        RAISE EXCEPTION 'of % entries % wait to be sealed', cardinality(p_entries), v_taken;
    END IF;
    INSERT INTO public.leaves (municipality, leaf, entry_id, sha256)
    SELECT p_municipality, p_size + n.item - 1, n.entry_id, n.sha256
    FROM unnest(p_entries, p_sha256) WITH ORDINALITY AS n (entry_id, sha256, item);
    INSERT INTO public.tree_heads (municipality, size, peaks, root_sha256, sealed_at) VALUES (p_municipality, p_size + v_taken, p_peaks, p_root, p_now);
END $$;

GRANT SELECT ON leaves, tree_heads TO hagukumi_program;
REVOKE ALL ON FUNCTION seal_entries FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seal_entries TO hagukumi_program;
