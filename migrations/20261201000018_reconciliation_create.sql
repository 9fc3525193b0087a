-- Bank statements, and what each of their lines was matched to (照合).

-- Bank statements as imported (入出金取引明細).
CREATE TABLE bank_statements (
    municipality integer     NOT NULL REFERENCES municipalities,
    bank_statement_id uuid   NOT NULL,        -- owner of the key under which its lines are sealed
    number       integer     NOT NULL,        -- 1, 2, 3 …: the balances form one chain
    file_sha256  bytea       NOT NULL,        -- of the file's bytes
    first_on     date        NOT NULL,        -- 勘定日(自)
    last_on      date        NOT NULL,        -- 勘定日(至)
    opening_yen  bigint      NOT NULL,        -- before the first line that was new
    closing_yen  bigint      NOT NULL,        -- after the last line
    lines_known  integer     NOT NULL,        -- lines that an earlier file had brought
    lines_new    integer     NOT NULL,        -- lines that this file brought
    imported_at  timestamptz NOT NULL,        -- the program's clock
    imported_by  text        NOT NULL,        -- who asked
    PRIMARY KEY (municipality, bank_statement_id),
    CONSTRAINT bank_statements_number UNIQUE (municipality, number),
    -- The same file twice changes nothing.
    CONSTRAINT bank_statements_once UNIQUE (municipality, file_sha256)
);

-- One line of a bank statement.
CREATE TABLE bank_lines (
    municipality integer  NOT NULL,
    bank_line_id uuid     NOT NULL,           -- its name everywhere else
    bank_statement_id uuid NOT NULL,          -- the file that brought it
    position     bigint   NOT NULL,           -- 1, 2, 3 … over all files, in the order of the account
    identity     bytea    NOT NULL,           -- SHA-256 of account and raw record
    occurrence   integer  NOT NULL,           -- 0, 1, 2 … among equal records of a day
    booked_on    date     NOT NULL,           -- 勘定日
    direction    text     NOT NULL,           -- whether money came or went
    amount_yen   bigint   NOT NULL,           -- how much
    raw_sealed   bytea    NOT NULL,           -- the record as the bank wrote it: names of payers are personal
    PRIMARY KEY (municipality, bank_line_id),
    FOREIGN KEY (municipality, bank_statement_id) REFERENCES bank_statements,
    CONSTRAINT bank_lines_once UNIQUE (municipality, identity, occurrence),
    CONSTRAINT bank_lines_order UNIQUE (municipality, position),
    CONSTRAINT bank_lines_direction CHECK (direction IN ('credit', 'debit')),
    CONSTRAINT bank_lines_amount CHECK (amount_yen >= 1)
);

-- A guess that a credit is a payout that came back. A second person confirms or rejects it.
CREATE TABLE match_proposals (
    municipality  integer     NOT NULL,
    bank_line_id  uuid        NOT NULL,       -- which credit …
    remittance_id uuid        NOT NULL,       -- … is a line of which file
    number        integer     NOT NULL,       -- the line of the remittance
    step          smallint    NOT NULL,       -- the step that the match would be: 1, or 2 for what is in suspense
    score         smallint    NOT NULL,       -- 0 to 100
    reason        text        NOT NULL,       -- 組戻事由 as far as the bank says
    proposed_at   timestamptz NOT NULL,       -- the program's clock
    proposed_by   text        NOT NULL,       -- never who confirms it
    PRIMARY KEY (municipality, bank_line_id, step, remittance_id, number),
    FOREIGN KEY (municipality, bank_line_id) REFERENCES bank_lines,
    FOREIGN KEY (municipality, remittance_id, number) REFERENCES remittance_lines,
    CONSTRAINT match_proposals_step CHECK (step IN (1, 2)),
    CONSTRAINT match_proposals_score CHECK (score BETWEEN 0 AND 100)
);

-- What a bank line turned out to be. A line in suspense may get a second row that explains it.
CREATE TABLE matches (
    municipality  integer     NOT NULL,
    bank_line_id  uuid        NOT NULL,       -- which line
    step          smallint    NOT NULL,       -- 1: first match; 2: what was in suspense is explained
    kind          text        NOT NULL,       -- what it turned out to be
    remittance_id uuid,                       -- payout, return: which file …
    number        integer,                    -- … return: which line of it
    payee_id      uuid,                       -- top-up, repayment: whose
    entry_id      uuid        NOT NULL,       -- what was posted, or had been posted before
    matched_at    timestamptz NOT NULL,       -- the program's clock
    matched_by    text        NOT NULL,       -- who matched or confirmed it
    proposed_by   text,                       -- return: who proposed it
    PRIMARY KEY (municipality, bank_line_id, step),
    FOREIGN KEY (municipality, bank_line_id) REFERENCES bank_lines,
    CONSTRAINT matches_step CHECK (step IN (1, 2)),
    CONSTRAINT matches_kind CHECK (kind IN (
        'payout',                             -- debit: the total of a file
        'fee',                                -- debit: the bank's fee
        'top_up',                             -- credit: a family's own money
        'fund',                               -- credit: the city's money
        'return',                             -- credit: a payout that came back
        'merchant_repays',                    -- credit: what a merchant owed
        'family_repays',                      -- credit: what a family owed
        'suspense'                            -- credit: nobody knows yet
    )),
    CONSTRAINT matches_suspense_first CHECK (kind <> 'suspense' OR step = 1),
    CONSTRAINT matches_return CHECK ((kind = 'return') = (proposed_by IS NOT NULL)),
    CONSTRAINT matches_second_person CHECK (matched_by <> proposed_by)
);
-- A file is confirmed by one debit.
CREATE UNIQUE INDEX matches_payout_once ON matches (municipality, remittance_id) WHERE kind = 'payout';
-- A line comes back once.
CREATE UNIQUE INDEX matches_return_once ON matches (municipality, remittance_id, number) WHERE kind = 'return';
-- An entry stands behind one bank line.
CREATE UNIQUE INDEX matches_entry_once ON matches (municipality, entry_id);

CREATE TRIGGER bank_statements_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_statements EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bank_lines_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_lines EXECUTE FUNCTION refuse_change();
CREATE TRIGGER match_proposals_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON match_proposals EXECUTE FUNCTION refuse_change();
CREATE TRIGGER matches_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON matches EXECUTE FUNCTION refuse_change();

-- Lines that nothing has been matched to, in the order of the account, from the one behind p_after. A function for its settings alone: a run matches
-- thousands, and a connection that planned this while there were few matches compared every line with each of them (32,000 lines took 20 s instead of 6).
CREATE FUNCTION unmatched_bank_lines(p_municipality integer, p_after bigint, p_limit bigint) RETURNS TABLE (
    bank_line_id uuid, bank_statement_id uuid, line_position bigint, booked_on date, direction text, amount_yen bigint, raw_sealed bytea, proposed boolean
) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT l.bank_line_id, l.bank_statement_id, l.position, l.booked_on, l.direction, l.amount_yen, l.raw_sealed,
           EXISTS (SELECT FROM public.match_proposals p WHERE p.municipality = l.municipality AND p.bank_line_id = l.bank_line_id)
    FROM public.bank_lines l
    WHERE l.municipality = p_municipality AND l.position > p_after
      AND NOT EXISTS (SELECT FROM public.matches m WHERE m.municipality = l.municipality AND m.bank_line_id = l.bank_line_id)
    ORDER BY l.position
    LIMIT p_limit;
END $$;

GRANT SELECT, INSERT ON bank_statements, bank_lines, match_proposals, matches TO hagukumi_program;
REVOKE ALL ON FUNCTION unmatched_bank_lines FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unmatched_bank_lines TO hagukumi_program;
