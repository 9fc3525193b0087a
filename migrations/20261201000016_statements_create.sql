-- What each merchant is due for a month, and what it owes. Nobody approves their own work: CHECKs say so.

-- One merchant, one statement month. Drawn once the days are closed for payments, so its figures never change.
CREATE TABLE statements (
    municipality integer     NOT NULL,
    statement_id uuid        NOT NULL,        -- its name everywhere else
    merchant_id  uuid        NOT NULL,        -- whose month
    month        integer     NOT NULL,        -- the statement month as YYYYMM
    first_on     date        NOT NULL,        -- the day after the last closing day …
    last_on      date        NOT NULL,        -- … through the closing day of the following month
    receipts     integer     NOT NULL,        -- payments taken in these days
    gross_yen    bigint      NOT NULL,        -- their sum
    refunded_yen bigint      NOT NULL,        -- refunds of these days, without those that the merchant owes behind an approved statement
    net_yen      bigint      NOT NULL,        -- gross − refunded; below zero it is carried into the next payout
    state        text        NOT NULL,        -- where it stands: drawn, claimed, examined, approved
    drawn_at     timestamptz NOT NULL,        -- the program's clock
    claimed_at   timestamptz,                 -- the merchant's one click (請求)
    claimed_by   text,                        -- who clicked
    examined_at  timestamptz,                 -- looked through by staff (審査)
    examined_by  text,                        -- never who claimed it
    approved_at  timestamptz,                 -- decided by another person (支出命令): from here the money may leave
    approved_by  text,                        -- never who claimed or examined it
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
    statement_id uuid     NOT NULL,           -- which statement
    scheme_id    text,                        -- the budget line; none is families' own money
    fiscal_year  smallint,                    -- the year of the service period; none for own money
    amount_yen   bigint   NOT NULL,           -- its part of the net
    FOREIGN KEY (municipality, statement_id) REFERENCES statements,
    CONSTRAINT statement_analyses_once UNIQUE NULLS NOT DISTINCT (municipality, statement_id, scheme_id, fiscal_year),
    CONSTRAINT statement_analyses_line CHECK ((scheme_id IS NULL) = (fiscal_year IS NULL))
);

-- A merchant's recorded consent to net what it owes from what it is paid. The newest row counts.
CREATE TABLE netting_consents (
    municipality integer     NOT NULL,
    merchant_id  uuid        NOT NULL,        -- who consents
    recorded_at  timestamptz NOT NULL,        -- the program's clock
    recorded_by  text        NOT NULL,        -- the member of staff
    consents     boolean     NOT NULL,        -- false withdraws it
    evidence     text        NOT NULL,        -- the letter or mail in which the merchant said so
    PRIMARY KEY (municipality, merchant_id, recorded_at),
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants
);

-- What was kept from a payable for what the merchant owed, with its consent.
CREATE TABLE nettings (
    municipality integer     NOT NULL,
    merchant_id  uuid        NOT NULL,        -- whose payable and debt
    entry_id     uuid        NOT NULL,        -- one entry for all merchants of a run
    amount_yen   bigint      NOT NULL,        -- what was kept
    netted_at    timestamptz NOT NULL,        -- the program's clock
    netted_by    text        NOT NULL,        -- who ran it
    PRIMARY KEY (municipality, merchant_id, entry_id),
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants,
    CONSTRAINT nettings_amount CHECK (amount_yen >= 1)
);

CREATE TRIGGER statement_analyses_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_analyses EXECUTE FUNCTION refuse_change();
CREATE TRIGGER netting_consents_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON netting_consents EXECUTE FUNCTION refuse_change();
CREATE TRIGGER nettings_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON nettings EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON statements, statement_analyses, netting_consents, nettings TO hagukumi_program;
-- Figures stay as they were drawn: only the columns of later steps change.
GRANT UPDATE (state, claimed_at, claimed_by, examined_at, examined_by, approved_at, approved_by) ON statements TO hagukumi_program;
