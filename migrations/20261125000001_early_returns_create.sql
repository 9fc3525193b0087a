-- A line of a file that was sent may come back before the bank debits the file: the bank rings, and pays the rest only. There is no bank line to
-- match, so the return stands here: told by one person, confirmed by another.
CREATE TABLE early_returns (
    municipality  integer     NOT NULL,
    remittance_id uuid        NOT NULL,
    number        integer     NOT NULL,       -- the line of the remittance
    told          smallint    NOT NULL,       -- 1, 2 … for the same line: what was rejected may be told again
    reason        text        NOT NULL,       -- 組戻事由, as the bank said it
    proposed_at   timestamptz NOT NULL,
    proposed_by   text        NOT NULL,
    ended_at      timestamptz,
    ended_by      text,                       -- who confirmed or rejected it: never who proposed it
    entry_id      uuid,                       -- confirmed: payouts in transit → every payable of the line
    PRIMARY KEY (municipality, remittance_id, number, told),
    FOREIGN KEY (municipality, remittance_id, number) REFERENCES remittance_lines,
    CONSTRAINT early_returns_second_person CHECK (ended_by <> proposed_by),
    CONSTRAINT early_returns_ended CHECK (num_nonnulls(ended_at, ended_by) IN (0, 2) AND (entry_id IS NULL OR ended_at IS NOT NULL))
);
-- A line waits once, and comes back once.
CREATE UNIQUE INDEX early_returns_once ON early_returns (municipality, remittance_id, number) WHERE ended_at IS NULL OR entry_id IS NOT NULL;

-- `returned`: every line came back before the debit, so that the bank debits nothing.
ALTER TABLE remittances DROP CONSTRAINT remittances_state;
ALTER TABLE remittances ADD CONSTRAINT remittances_state CHECK (
    (state = 'prepared' AND num_nonnulls(approved_at, approved_by, built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id, ended_at, ended_by) = 0)
    OR (state = 'approved' AND num_nonnulls(approved_at, approved_by) = 2 AND num_nonnulls(built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id, ended_at, ended_by) = 0)
    OR (state = 'built' AND num_nonnulls(approved_at, approved_by, built_at, built_by, file_sha256) = 5 AND num_nonnulls(sent_at, sent_by, sent_entry_id, ended_at, ended_by) = 0)
    OR (state = 'sent' AND num_nonnulls(approved_at, approved_by, built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id) = 8 AND num_nonnulls(ended_at, ended_by) = 0)
    OR (state IN ('confirmed', 'returned') AND num_nonnulls(approved_at, approved_by, built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id, ended_at, ended_by) = 10)
    OR (state = 'cancelled' AND num_nonnulls(sent_at, sent_by, sent_entry_id) = 0 AND num_nonnulls(ended_at, ended_by) = 2));

GRANT SELECT, INSERT ON early_returns TO hagukumi_program;
GRANT UPDATE (ended_at, ended_by, entry_id) ON early_returns TO hagukumi_program;
