-- Reconciliation asks which of the city's announced money has not arrived: few entries among all.
CREATE INDEX entries_of_funds ON entries (municipality) WHERE kind = 'fund';

-- Lines that nothing has been matched to, in the order of the account, from the one behind p_after. A function for its settings alone: a run matches
-- thousands, and a connection that planned this while there were few matches compared every line with each of them (32,000 lines took 20 s instead of 6).
CREATE FUNCTION unmatched_bank_lines(p_municipality integer, p_after bigint, p_limit bigint) RETURNS TABLE (
    bank_line_id uuid, bank_statement_id uuid, line_position bigint, booked_on date, direction text, amount_yen bigint, raw_sealed bytea, proposed boolean
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT l.bank_line_id, l.bank_statement_id, l.position, l.booked_on, l.direction, l.amount_yen, l.raw_sealed,
           EXISTS (SELECT FROM match_proposals p WHERE p.municipality = l.municipality AND p.bank_line_id = l.bank_line_id)
    FROM bank_lines l
    WHERE l.municipality = p_municipality AND l.position > p_after
      AND NOT EXISTS (SELECT FROM matches m WHERE m.municipality = l.municipality AND m.bank_line_id = l.bank_line_id)
    ORDER BY l.position
    LIMIT p_limit;
END $$;
REVOKE ALL ON FUNCTION unmatched_bank_lines FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unmatched_bank_lines TO hagukumi_program;
