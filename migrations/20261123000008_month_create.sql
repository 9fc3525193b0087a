-- The finance month: statements, remittances, bank statements and what was matched. Nobody approves their own work: CHECKs say so.

-- One merchant, one statement month. Drawn once the days are closed for payments, so its figures never change.
CREATE TABLE statements (
    municipality integer     NOT NULL,
    statement_id uuid        NOT NULL,
    merchant_id  uuid        NOT NULL,
    month        integer     NOT NULL,        -- the statement month as YYYYMM
    first_on     date        NOT NULL,        -- the day after the last closing day …
    last_on      date        NOT NULL,        -- … through the closing day of the following month
    receipts     integer     NOT NULL,        -- payments taken in these days
    gross_yen    bigint      NOT NULL,        -- their sum
    refunded_yen bigint      NOT NULL,        -- refunds of these days, without those that the merchant owes behind an approved statement
    net_yen      bigint      NOT NULL,        -- gross − refunded; below zero it is carried into the next payout
    state        text        NOT NULL,
    drawn_at     timestamptz NOT NULL,
    claimed_at   timestamptz,                 -- the merchant's one click (請求)
    claimed_by   text,
    examined_at  timestamptz,                 -- looked through by staff (審査)
    examined_by  text,
    approved_at  timestamptz,                 -- decided by another person (支出命令): from here the money may leave
    approved_by  text,
    PRIMARY KEY (municipality, statement_id),
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants,
    -- Drawing a month again adds nothing.
    CONSTRAINT statements_once UNIQUE (municipality, month, merchant_id),
    CONSTRAINT statements_days CHECK (first_on <= last_on),
    CONSTRAINT statements_sums CHECK (receipts >= 0 AND gross_yen >= 0 AND refunded_yen >= 0 AND net_yen = gross_yen - refunded_yen),
    CONSTRAINT statements_state CHECK (
        (state = 'drawn' AND num_nonnulls(claimed_at, claimed_by, examined_at, examined_by, approved_at, approved_by) = 0)
        OR (state = 'claimed' AND num_nonnulls(claimed_at, claimed_by) = 2 AND num_nonnulls(examined_at, examined_by, approved_at, approved_by) = 0)
        OR (state = 'examined' AND num_nonnulls(claimed_at, claimed_by, examined_at, examined_by) = 4 AND num_nonnulls(approved_at, approved_by) = 0)
        OR (state = 'approved' AND num_nonnulls(claimed_at, claimed_by, examined_at, examined_by, approved_at, approved_by) = 6)),
    CONSTRAINT statements_second_person CHECK (examined_by <> claimed_by AND approved_by <> examined_by AND approved_by <> claimed_by)
);
-- A merchant's statements, newest first; and what a merchant is due.
CREATE INDEX statements_of_merchant ON statements (municipality, merchant_id, month);

-- The split of a statement by year and budget line, adding up to its net. The city's alone: a merchant never sees it.
CREATE TABLE statement_analyses (
    municipality integer  NOT NULL,
    statement_id uuid     NOT NULL,
    scheme_id    text,                        -- the budget line; none is families' own money
    fiscal_year  smallint,                    -- the year of the service period; none for own money
    amount_yen   bigint   NOT NULL,
    FOREIGN KEY (municipality, statement_id) REFERENCES statements,
    CONSTRAINT statement_analyses_once UNIQUE NULLS NOT DISTINCT (municipality, statement_id, scheme_id, fiscal_year),
    CONSTRAINT statement_analyses_line CHECK ((scheme_id IS NULL) = (fiscal_year IS NULL))
);

-- A merchant's recorded consent to net what it owes from what it is paid. The newest row counts.
CREATE TABLE netting_consents (
    municipality integer     NOT NULL,
    merchant_id  uuid        NOT NULL,
    recorded_at  timestamptz NOT NULL,
    recorded_by  text        NOT NULL,
    consents     boolean     NOT NULL,        -- false withdraws it
    evidence     text        NOT NULL,        -- the letter or mail in which the merchant said so
    PRIMARY KEY (municipality, merchant_id, recorded_at),
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants
);

-- What was kept from a payable for what the merchant owed, with its consent.
CREATE TABLE nettings (
    municipality integer     NOT NULL,
    merchant_id  uuid        NOT NULL,
    entry_id     uuid        NOT NULL,        -- one entry for all merchants of a run
    amount_yen   bigint      NOT NULL,
    netted_at    timestamptz NOT NULL,
    netted_by    text        NOT NULL,
    PRIMARY KEY (municipality, merchant_id, entry_id),
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants,
    CONSTRAINT nettings_amount CHECK (amount_yen >= 1)
);

-- Families that are owed money are found by their account.
CREATE INDEX accounts_family_payables ON accounts (municipality, account_id) WHERE kind = 'family_payable';

-- One bank file (総合振込).
CREATE TABLE remittances (
    municipality  integer     NOT NULL REFERENCES municipalities,
    remittance_id uuid        NOT NULL,
    sequence      integer     NOT NULL,       -- 1, 2, 3 … so that an old file sent again is seen
    month         integer     NOT NULL,       -- the last statement month in it, as YYYYMM: 顧客コード2 of every line
    pay_on        date        NOT NULL,       -- 振込指定日, a bank business day
    state         text        NOT NULL,
    lines         integer     NOT NULL,       -- totals as prepared; the file read back must show the same
    total_yen     bigint      NOT NULL,
    prepared_at   timestamptz NOT NULL,
    prepared_by   text        NOT NULL,
    approved_at   timestamptz,
    approved_by   text,                       -- never who prepared it
    built_at      timestamptz,
    built_by      text,
    file_sha256   bytea,                      -- of the file as built: another file is never sent in its place
    sent_at       timestamptz,
    sent_by       text,                       -- who handed it to the bank. Sent is not paid.
    sent_entry_id uuid,                       -- the payout in the books
    ended_at      timestamptz,                -- confirmed by the bank statement, or cancelled
    ended_by      text,
    PRIMARY KEY (municipality, remittance_id),
    CONSTRAINT remittances_sequence UNIQUE (municipality, sequence),
    CONSTRAINT remittances_second_person CHECK (approved_by <> prepared_by),
    CONSTRAINT remittances_sums CHECK (lines >= 1 AND total_yen >= 1),
    CONSTRAINT remittances_state CHECK (
        (state = 'prepared' AND num_nonnulls(approved_at, approved_by, built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id, ended_at, ended_by) = 0)
        OR (state = 'approved' AND num_nonnulls(approved_at, approved_by) = 2 AND num_nonnulls(built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id, ended_at, ended_by) = 0)
        OR (state = 'built' AND num_nonnulls(approved_at, approved_by, built_at, built_by, file_sha256) = 5 AND num_nonnulls(sent_at, sent_by, sent_entry_id, ended_at, ended_by) = 0)
        OR (state = 'sent' AND num_nonnulls(approved_at, approved_by, built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id) = 8 AND num_nonnulls(ended_at, ended_by) = 0)
        OR (state = 'confirmed' AND num_nonnulls(approved_at, approved_by, built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id, ended_at, ended_by) = 10)
        OR (state = 'cancelled' AND num_nonnulls(sent_at, sent_by, sent_entry_id) = 0 AND num_nonnulls(ended_at, ended_by) = 2))
);
-- One file at a time is on its way to the bank: what it pays cannot be prepared twice.
CREATE UNIQUE INDEX remittances_one_open ON remittances (municipality) WHERE state IN ('prepared', 'approved', 'built');

-- One bank line: all that goes to one account on one day.
CREATE TABLE remittance_lines (
    municipality  integer     NOT NULL,
    remittance_id uuid        NOT NULL,
    number        integer     NOT NULL,       -- 1, 2, 3 …: 顧客コード1
    blind_index   bytea       NOT NULL,       -- keyed digest of the account
    account_kind  text        NOT NULL,       -- whose sealed account the file takes …
    account_owner uuid        NOT NULL,       -- … that merchant's or family's …
    account_number integer    NOT NULL,       -- … and which of them: a change after approval does not reach the file
    account_since_on date,                    -- a family's account is known by its roster and the day from which it holds
    amount_yen    bigint      NOT NULL,
    returned_at   timestamptz,                -- when the return was confirmed by a second person
    return_reason text,                       -- 組戻事由
    PRIMARY KEY (municipality, remittance_id, number),
    FOREIGN KEY (municipality, remittance_id) REFERENCES remittances,
    CONSTRAINT remittance_lines_one_per_account UNIQUE (municipality, remittance_id, blind_index),
    CONSTRAINT remittance_lines_number CHECK (number BETWEEN 1 AND 999999),
    CONSTRAINT remittance_lines_amount CHECK (amount_yen BETWEEN 1 AND 9999999999),
    CONSTRAINT remittance_lines_account CHECK (account_kind IN ('merchant', 'family') AND (account_kind = 'family') = (account_since_on IS NOT NULL)),
    CONSTRAINT remittance_lines_returned CHECK ((returned_at IS NULL) = (return_reason IS NULL))
);
-- An account that came back is not used again before it is confirmed anew.
CREATE INDEX remittance_lines_returned_accounts ON remittance_lines (municipality, blind_index, returned_at) WHERE returned_at IS NOT NULL;

-- What a line is made of: one payable each. A return opens every one of them again.
CREATE TABLE remittance_parts (
    municipality  integer NOT NULL,
    remittance_id uuid    NOT NULL,
    number        integer NOT NULL,           -- the line
    payee_kind    text    NOT NULL,
    payee_id      uuid    NOT NULL,           -- merchant or family
    account_id    uuid    NOT NULL,           -- its payable in the books
    amount_yen    bigint  NOT NULL,           -- paid through the bank
    live          boolean NOT NULL,           -- false once the bank gave the amount back, or the file was cancelled
    PRIMARY KEY (municipality, remittance_id, number, payee_id),
    FOREIGN KEY (municipality, remittance_id, number) REFERENCES remittance_lines,
    CONSTRAINT remittance_parts_kind CHECK (payee_kind IN ('merchant', 'family')),
    CONSTRAINT remittance_parts_amount CHECK (amount_yen >= 1)
);
-- What a payee has been paid already.
CREATE INDEX remittance_parts_of_payee ON remittance_parts (municipality, payee_id);

-- The statements behind a part: what a payout was for.
CREATE TABLE remittance_statements (
    municipality  integer NOT NULL,
    remittance_id uuid    NOT NULL,
    number        integer NOT NULL,
    statement_id  uuid    NOT NULL,
    live          boolean NOT NULL,           -- as its part
    PRIMARY KEY (municipality, remittance_id, number, statement_id),
    FOREIGN KEY (municipality, remittance_id, number) REFERENCES remittance_lines,
    FOREIGN KEY (municipality, statement_id) REFERENCES statements
);
-- A statement is in one payout only, unless that one came back.
CREATE UNIQUE INDEX remittance_statements_paid_once ON remittance_statements (municipality, statement_id) WHERE live;

-- The stop list of a run: who was due and was not paid, and why. The money stays payable.
CREATE TABLE remittance_stops (
    municipality  integer NOT NULL,
    remittance_id uuid    NOT NULL,
    payee_kind    text    NOT NULL,
    payee_id      uuid    NOT NULL,
    amount_yen    bigint  NOT NULL,           -- what was due
    reason        text    NOT NULL,           -- a stable code
    detail        text    NOT NULL,           -- what to do
    PRIMARY KEY (municipality, remittance_id, payee_id),
    FOREIGN KEY (municipality, remittance_id) REFERENCES remittances
);

-- Bank statements as imported (入出金取引明細).
CREATE TABLE bank_statements (
    municipality integer     NOT NULL REFERENCES municipalities,
    bank_statement_id uuid   NOT NULL,        -- owner of the key under which its lines are sealed
    number       integer     NOT NULL,        -- 1, 2, 3 …: the balances form one chain
    file_sha256  bytea       NOT NULL,
    first_on     date        NOT NULL,        -- 勘定日(自)
    last_on      date        NOT NULL,        -- 勘定日(至)
    opening_yen  bigint      NOT NULL,        -- before the first line that was new
    closing_yen  bigint      NOT NULL,        -- after the last line
    lines_known  integer     NOT NULL,        -- lines that an earlier file had brought
    lines_new    integer     NOT NULL,
    imported_at  timestamptz NOT NULL,
    imported_by  text        NOT NULL,
    PRIMARY KEY (municipality, bank_statement_id),
    CONSTRAINT bank_statements_number UNIQUE (municipality, number),
    -- The same file twice changes nothing.
    CONSTRAINT bank_statements_once UNIQUE (municipality, file_sha256)
);

CREATE TABLE bank_lines (
    municipality integer  NOT NULL,
    bank_line_id uuid     NOT NULL,
    bank_statement_id uuid NOT NULL,          -- the file that brought it
    position     bigint   NOT NULL,           -- 1, 2, 3 … over all files, in the order of the account
    identity     bytea    NOT NULL,           -- SHA-256 of account and raw record
    occurrence   integer  NOT NULL,           -- 0, 1, 2 … among equal records of a day
    booked_on    date     NOT NULL,           -- 勘定日
    direction    text     NOT NULL,
    amount_yen   bigint   NOT NULL,
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
    bank_line_id  uuid        NOT NULL,
    remittance_id uuid        NOT NULL,
    number        integer     NOT NULL,       -- the line of the remittance
    step          smallint    NOT NULL,       -- the step that the match would be: 1, or 2 for what is in suspense
    score         smallint    NOT NULL,       -- 0 to 100
    reason        text        NOT NULL,       -- 組戻事由 as far as the bank says
    proposed_at   timestamptz NOT NULL,
    proposed_by   text        NOT NULL,
    PRIMARY KEY (municipality, bank_line_id, step, remittance_id, number),
    FOREIGN KEY (municipality, bank_line_id) REFERENCES bank_lines,
    FOREIGN KEY (municipality, remittance_id, number) REFERENCES remittance_lines,
    CONSTRAINT match_proposals_step CHECK (step IN (1, 2)),
    CONSTRAINT match_proposals_score CHECK (score BETWEEN 0 AND 100)
);

-- What a bank line turned out to be. A line in suspense may get a second row that explains it.
CREATE TABLE matches (
    municipality  integer     NOT NULL,
    bank_line_id  uuid        NOT NULL,
    step          smallint    NOT NULL,       -- 1: first match; 2: what was in suspense is explained
    kind          text        NOT NULL,
    remittance_id uuid,                       -- payout, return: which file …
    number        integer,                    -- … return: which line of it
    payee_id      uuid,                       -- top-up, repayment: whose
    entry_id      uuid        NOT NULL,       -- what was posted, or had been posted before
    matched_at    timestamptz NOT NULL,
    matched_by    text        NOT NULL,
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

CREATE TRIGGER statement_analyses_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_analyses EXECUTE FUNCTION refuse_change();
CREATE TRIGGER netting_consents_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON netting_consents EXECUTE FUNCTION refuse_change();
CREATE TRIGGER nettings_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON nettings EXECUTE FUNCTION refuse_change();
CREATE TRIGGER remittance_stops_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON remittance_stops EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bank_statements_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_statements EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bank_lines_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_lines EXECUTE FUNCTION refuse_change();
CREATE TRIGGER match_proposals_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON match_proposals EXECUTE FUNCTION refuse_change();
CREATE TRIGGER matches_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON matches EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON statements, statement_analyses, netting_consents, nettings, remittances, remittance_lines, remittance_parts, remittance_statements, remittance_stops,
    bank_statements, bank_lines, match_proposals, matches TO hagukumi_program;
-- Figures and preparers stay as they were written: only the columns of later steps change.
GRANT UPDATE (state, claimed_at, claimed_by, examined_at, examined_by, approved_at, approved_by) ON statements TO hagukumi_program;
GRANT UPDATE (state, approved_at, approved_by, built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id, ended_at, ended_by) ON remittances TO hagukumi_program;
GRANT UPDATE (returned_at, return_reason) ON remittance_lines TO hagukumi_program;
GRANT UPDATE (live) ON remittance_parts, remittance_statements TO hagukumi_program;
