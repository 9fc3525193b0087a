-- Payouts: bank files, their lines, what each line is made of, and lines that came back before the debit. Nobody approves their own work: CHECKs say so.

-- One bank file (総合振込).
CREATE TABLE remittances (
    municipality  integer     NOT NULL REFERENCES municipalities,
    remittance_id uuid        NOT NULL,       -- its name everywhere else
    sequence      integer     NOT NULL,       -- 1, 2, 3 … so that an old file sent again is seen
    month         integer     NOT NULL,       -- the last statement month in it, as YYYYMM: 顧客コード2 of every line
    pay_on        date        NOT NULL,       -- 振込指定日, a bank business day
    state         text        NOT NULL,       -- where it stands
    lines         integer     NOT NULL,       -- totals as prepared; the file read back must show the same
    total_yen     bigint      NOT NULL,       -- the sum of its lines
    prepared_at   timestamptz NOT NULL,       -- the program's clock
    prepared_by   text        NOT NULL,       -- who prepared it
    approved_at   timestamptz,                -- from here its file may be built
    approved_by   text,                       -- never who prepared it
    built_at      timestamptz,                -- when the file was built, read back and compared
    built_by      text,                       -- who built it
    file_sha256   bytea,                      -- of the file as built: another file is never sent in its place
    sent_at       timestamptz,                -- when it was handed over
    sent_by       text,                       -- who handed it to the bank. Sent is not paid.
    sent_entry_id uuid,                       -- the payout in the books
    ended_at      timestamptz,                -- confirmed by the bank statement, cancelled, or returned: every line came back, so that the bank debits nothing
    ended_by      text,                       -- who ended it
    PRIMARY KEY (municipality, remittance_id),
    CONSTRAINT remittances_sequence UNIQUE (municipality, sequence),
    CONSTRAINT remittances_second_person CHECK (approved_by <> prepared_by),
    CONSTRAINT remittances_sums CHECK (lines >= 1 AND total_yen >= 1),
    CONSTRAINT remittances_state CHECK (
        (state = 'prepared' AND num_nonnulls(approved_at, approved_by, built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id, ended_at, ended_by) = 0)
        OR (state = 'approved' AND num_nonnulls(approved_at, approved_by) = 2 AND num_nonnulls(built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id, ended_at, ended_by) = 0)
        OR (state = 'built' AND num_nonnulls(approved_at, approved_by, built_at, built_by, file_sha256) = 5 AND num_nonnulls(sent_at, sent_by, sent_entry_id, ended_at, ended_by) = 0)
        OR (state = 'sent' AND num_nonnulls(approved_at, approved_by, built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id) = 8 AND num_nonnulls(ended_at, ended_by) = 0)
        OR (state IN ('confirmed', 'returned') AND num_nonnulls(approved_at, approved_by, built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id, ended_at, ended_by) = 10)
        OR (state = 'cancelled' AND num_nonnulls(sent_at, sent_by, sent_entry_id) = 0 AND num_nonnulls(ended_at, ended_by) = 2))
);
-- One file at a time is on its way to the bank: what it pays cannot be prepared twice.
CREATE UNIQUE INDEX remittances_one_open ON remittances (municipality) WHERE state IN ('prepared', 'approved', 'built');

-- One bank line: all that goes to one account on one day.
CREATE TABLE remittance_lines (
    municipality  integer     NOT NULL,
    remittance_id uuid        NOT NULL,       -- of which file
    number        integer     NOT NULL,       -- 1, 2, 3 …: 顧客コード1
    blind_index   bytea       NOT NULL,       -- keyed digest of the account
    account_kind  text        NOT NULL,       -- whose sealed account the file takes …
    account_owner uuid        NOT NULL,       -- … that merchant's or family's …
    account_number integer    NOT NULL,       -- … and which of them: a change after approval does not reach the file
    account_since_on date,                    -- an account that a roster named is known by the day from which it holds; none for one that the family registered
    amount_yen    bigint      NOT NULL,       -- what the bank is told to pay
    returned_at   timestamptz,                -- when the return was confirmed by a second person
    return_reason text,                       -- 組戻事由
    PRIMARY KEY (municipality, remittance_id, number),
    FOREIGN KEY (municipality, remittance_id) REFERENCES remittances,
    CONSTRAINT remittance_lines_one_per_account UNIQUE (municipality, remittance_id, blind_index),
    CONSTRAINT remittance_lines_number CHECK (number BETWEEN 1 AND 999999),
    CONSTRAINT remittance_lines_amount CHECK (amount_yen BETWEEN 1 AND 9999999999),
    CONSTRAINT remittance_lines_account CHECK (account_kind = 'family' OR (account_kind = 'merchant' AND account_since_on IS NULL)),
    CONSTRAINT remittance_lines_returned CHECK ((returned_at IS NULL) = (return_reason IS NULL))
);
-- An account that came back is not used again before it is confirmed anew.
CREATE INDEX remittance_lines_returned_accounts ON remittance_lines (municipality, blind_index, returned_at) WHERE returned_at IS NOT NULL;

-- What a line is made of: one payable each. A return opens every one of them again.
CREATE TABLE remittance_parts (
    municipality  integer NOT NULL,
    remittance_id uuid    NOT NULL,           -- of which file …
    number        integer NOT NULL,           -- the line
    payee_kind    text    NOT NULL,           -- whose payable it is
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
    remittance_id uuid    NOT NULL,           -- of which file …
    number        integer NOT NULL,           -- … which line
    statement_id  uuid    NOT NULL,           -- pays which statement
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
    remittance_id uuid    NOT NULL,           -- in which run
    payee_kind    text    NOT NULL,           -- who was stopped: a merchant or a family …
    payee_id      uuid    NOT NULL,           -- … and which
    amount_yen    bigint  NOT NULL,           -- what was due
    reason        text    NOT NULL,           -- a stable code
    detail        text    NOT NULL,           -- what to do
    PRIMARY KEY (municipality, remittance_id, payee_id),
    FOREIGN KEY (municipality, remittance_id) REFERENCES remittances
);

-- A line of a file that was sent may come back before the bank debits the file: the bank rings, and pays the rest only. There is no bank line to
-- match, so the return stands here: told by one person, confirmed by another.
CREATE TABLE early_returns (
    municipality  integer     NOT NULL,
    remittance_id uuid        NOT NULL,       -- of which file
    number        integer     NOT NULL,       -- the line of the remittance
    told          smallint    NOT NULL,       -- 1, 2 … for the same line: what was rejected may be told again
    reason        text        NOT NULL,       -- 組戻事由, as the bank said it
    proposed_at   timestamptz NOT NULL,       -- the program's clock
    proposed_by   text        NOT NULL,       -- who took the bank's call
    ended_at      timestamptz,                -- when it was confirmed or rejected
    ended_by      text,                       -- who confirmed or rejected it: never who proposed it
    entry_id      uuid,                       -- confirmed: payouts in transit → every payable of the line
    PRIMARY KEY (municipality, remittance_id, number, told),
    FOREIGN KEY (municipality, remittance_id, number) REFERENCES remittance_lines,
    CONSTRAINT early_returns_second_person CHECK (ended_by <> proposed_by),
    CONSTRAINT early_returns_ended CHECK (num_nonnulls(ended_at, ended_by) IN (0, 2) AND (entry_id IS NULL OR ended_at IS NOT NULL))
);
-- A line waits once, and comes back once.
CREATE UNIQUE INDEX early_returns_once ON early_returns (municipality, remittance_id, number) WHERE ended_at IS NULL OR entry_id IS NOT NULL;

CREATE TRIGGER remittance_stops_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON remittance_stops EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON remittances, remittance_lines, remittance_parts, remittance_statements, remittance_stops, early_returns TO hagukumi_program;
-- Figures and preparers stay as they were written: only the columns of later steps change.
GRANT UPDATE (state, approved_at, approved_by, built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id, ended_at, ended_by) ON remittances TO hagukumi_program;
GRANT UPDATE (returned_at, return_reason) ON remittance_lines TO hagukumi_program;
GRANT UPDATE (live) ON remittance_parts, remittance_statements TO hagukumi_program;
GRANT UPDATE (ended_at, ended_by, entry_id) ON early_returns TO hagukumi_program;
