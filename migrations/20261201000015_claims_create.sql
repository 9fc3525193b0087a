-- Claims (償還払い): a family paid, shows its receipts, and is repaid. A filed claim holds its money in an account of the books whose id is
-- the claim's, so that lapse and coupons cannot take it. Nobody decides on what they filed or examined: a CHECK says so.

-- One claim and where it stands. What happened to it, step by step, is in claim_steps.
CREATE TABLE claims (
    municipality integer     NOT NULL,
    claim_id     uuid        NOT NULL,        -- also its account in the books (claims reserved)
    family_id    uuid        NOT NULL,        -- who asks, whose key seals its texts and files, and who is paid
    child_id     uuid        NOT NULL,        -- for whom
    scheme_id    text        NOT NULL,        -- which scheme repays
    fiscal_year  smallint    NOT NULL,        -- the year of service: the budget it is paid from
    once_key     text,                        -- where the scheme allows one claim per month, year or life: which one this is
    filing       smallint    NOT NULL,        -- 1, 2 …: how often the family has handed it in; the costs of the highest count
    requested_yen bigint     NOT NULL,        -- the sum of the costs
    reserved_yen bigint      NOT NULL,        -- what the scheme's rules give for them: set aside in the books
    state        text        NOT NULL,        -- where it stands
    filed_at     timestamptz NOT NULL,        -- the latest filing
    filed_by     text        NOT NULL,        -- the family, or staff who took in a paper form
    returned_at  timestamptz,                 -- sent back for correction; the money stays set aside
    returned_by  text,                        -- who sent it back
    examined_at  timestamptz,                 -- looked through by staff (審査), with an amount to grant
    examined_by  text,                        -- who examined it
    proposed_yen bigint,                      -- the amount that they propose
    decided_at   timestamptz,                 -- decided by another person (決定): from here the money is payable
    decided_by   text,                        -- never who filed or examined it
    granted_yen  bigint,                      -- as proposed: nobody sets an amount alone
    clawed_back_yen bigint   NOT NULL DEFAULT 0, -- what the family must give back of it
    withdrawn_at timestamptz,                 -- the family took it back before the decision
    withdrawn_by text,                        -- who took it back
    PRIMARY KEY (municipality, claim_id),
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    FOREIGN KEY (municipality, child_id) REFERENCES children,
    CONSTRAINT claims_filing CHECK (filing BETWEEN 1 AND 90),
    CONSTRAINT claims_requested CHECK (requested_yen > 0),
    CONSTRAINT claims_reserved CHECK (reserved_yen BETWEEN 1 AND requested_yen),
    CONSTRAINT claims_proposed CHECK (proposed_yen BETWEEN 0 AND reserved_yen),
    CONSTRAINT claims_granted CHECK (granted_yen = proposed_yen),
    CONSTRAINT claims_clawed_back CHECK (clawed_back_yen >= 0 AND clawed_back_yen <= coalesce(granted_yen, 0)),
    CONSTRAINT claims_second_person CHECK (decided_by <> examined_by AND decided_by <> filed_by),
    CONSTRAINT claims_state CHECK (
        (state = 'filed' AND num_nonnulls(returned_at, returned_by, examined_at, examined_by, proposed_yen, decided_at, decided_by, granted_yen, withdrawn_at, withdrawn_by) = 0)
        OR (state = 'returned' AND num_nonnulls(returned_at, returned_by) = 2 AND num_nonnulls(examined_at, examined_by, proposed_yen, decided_at, decided_by, granted_yen, withdrawn_at, withdrawn_by) = 0)
        OR (state = 'examined' AND num_nonnulls(examined_at, examined_by, proposed_yen) = 3 AND num_nonnulls(returned_at, returned_by, decided_at, decided_by, granted_yen, withdrawn_at, withdrawn_by) = 0)
        OR (state = 'decided' AND num_nonnulls(examined_at, examined_by, proposed_yen, decided_at, decided_by, granted_yen) = 6 AND num_nonnulls(returned_at, returned_by, withdrawn_at, withdrawn_by) = 0)
        OR (state = 'withdrawn' AND num_nonnulls(withdrawn_at, withdrawn_by) = 2 AND num_nonnulls(returned_at, returned_by, examined_at, examined_by, proposed_yen, decided_at, decided_by, granted_yen) = 0))
);
-- One claim a year and child, where the scheme says so; one that was taken back does not count.
CREATE UNIQUE INDEX claims_once ON claims (municipality, scheme_id, child_id, once_key) WHERE once_key IS NOT NULL AND state <> 'withdrawn';
-- A family's claims.
CREATE INDEX claims_of_family ON claims (municipality, family_id, filed_at);
-- The staff's queue: what waits, oldest first.
CREATE INDEX claims_queue ON claims (municipality, state, filed_at) WHERE state IN ('filed', 'returned', 'examined');

-- The costs of each filing. A later filing adds rows and edits none.
CREATE TABLE claim_costs (
    municipality integer  NOT NULL,
    claim_id     uuid     NOT NULL,           -- of which claim …
    filing       smallint NOT NULL,           -- … and which of its filings
    number       smallint NOT NULL,           -- 1, 2, 3 … in the order of the form
    expense      text     NOT NULL,           -- kind of expense, as the scheme names it: tuition, commuter_pass …
    service      text,                        -- the service, where services have registrations of their own
    amount_yen   bigint   NOT NULL,           -- what the family paid
    from_on      date     NOT NULL,           -- the day, or the first day of what was bought …
    to_on        date     NOT NULL,           -- … and the last: the same for a day
    merchant_id  uuid,                        -- a registered merchant, where the family picked one
    paid_to      bytea,                       -- free text: whom the family paid, and what for; sealed under the family's key
    PRIMARY KEY (municipality, claim_id, filing, number),
    FOREIGN KEY (municipality, claim_id) REFERENCES claims,
    CONSTRAINT claim_costs_number CHECK (number BETWEEN 1 AND 60),
    CONSTRAINT claim_costs_amount CHECK (amount_yen > 0),
    CONSTRAINT claim_costs_days CHECK (from_on <= to_on)
);

-- Where a claim's money was taken from, in the order in which it lapses; what is not granted goes back from the end.
CREATE TABLE claim_parts (
    municipality integer  NOT NULL,
    claim_id     uuid     NOT NULL,           -- which claim
    source_id    uuid     NOT NULL,           -- an entitlement, or the scheme's budget
    budget_id    uuid     NOT NULL,           -- where it returns once the source has lapsed
    closes_on    date,                        -- the last day of the entitlement; none for a budget
    face_yen     bigint   NOT NULL,           -- whole tickets of this many yen; 1 where every yen counts
    reserved_yen bigint   NOT NULL,           -- what the claim has set aside of it
    PRIMARY KEY (municipality, claim_id, source_id),
    FOREIGN KEY (municipality, claim_id) REFERENCES claims,
    CONSTRAINT claim_parts_amount CHECK (reserved_yen >= 0 AND face_yen > 0)
);

-- What was done to a claim, by whom, and why. Rows only grow.
CREATE TABLE claim_steps (
    municipality integer     NOT NULL,
    claim_id     uuid        NOT NULL,        -- to which claim
    number       smallint    NOT NULL,        -- 1, 2, 3 …
    step         text        NOT NULL,        -- what was done
    amount_yen   bigint,                      -- what was reserved, proposed, granted or asked back
    reason       bytea,                       -- why; sealed under the family's key, for it may tell about the family
    entry_id     uuid,                        -- what it posted, if anything
    acted_at     timestamptz NOT NULL,        -- the program's clock
    acted_by     text        NOT NULL,        -- who did it
    PRIMARY KEY (municipality, claim_id, number),
    FOREIGN KEY (municipality, claim_id) REFERENCES claims,
    CONSTRAINT claim_steps_step CHECK (step IN (
        'filed',                              -- the family hands it in, for the first time or again
        'returned',                           -- sent back for correction
        'examined',                           -- an amount is proposed
        'decided',                            -- a second person grants it
        'withdrawn',                          -- the family takes it back
        'clawback_proposed',                  -- some of it is to be given back
        'clawback_approved'                   -- a second person agrees: the family owes it
    ))
);
-- A step is found by what it posted.
CREATE UNIQUE INDEX claim_steps_of_entry ON claim_steps (municipality, entry_id) WHERE entry_id IS NOT NULL;

-- Receipts, passes, cards: pictures and PDFs that the family shows. Checked by content, sealed under the family's key.
CREATE TABLE claim_evidence (
    municipality integer     NOT NULL,
    claim_id     uuid        NOT NULL,        -- for which claim
    number       smallint    NOT NULL,        -- 1 to 10
    kind         text        NOT NULL,        -- what it shows, as the scheme names it: receipt, pass_face …
    media        text        NOT NULL,        -- by its first bytes, never by its name
    size_bytes   integer     NOT NULL,        -- of the content before it was sealed
    digest       bytea       NOT NULL,        -- keyed hash of the content: the same picture in another claim is seen without opening either
    content      bytea       NOT NULL,        -- sealed
    added_at     timestamptz NOT NULL,        -- the program's clock
    added_by     text        NOT NULL,        -- the family, or staff who took in a paper form
    PRIMARY KEY (municipality, claim_id, number),
    FOREIGN KEY (municipality, claim_id) REFERENCES claims,
    CONSTRAINT claim_evidence_number CHECK (number BETWEEN 1 AND 10),
    CONSTRAINT claim_evidence_media CHECK (media IN ('image/jpeg', 'image/png', 'application/pdf')),
    CONSTRAINT claim_evidence_size CHECK (size_bytes BETWEEN 1 AND 8388608),
    -- The same file twice in one claim is one.
    CONSTRAINT claim_evidence_once UNIQUE (municipality, claim_id, digest)
);
-- The same picture in another claim.
CREATE INDEX claim_evidence_digests ON claim_evidence (municipality, digest);

-- What a family must give back of a decided claim (返還). The merchant is untouched.
CREATE TABLE clawbacks (
    municipality integer     NOT NULL,
    clawback_id  uuid        NOT NULL,        -- its name everywhere else
    claim_id     uuid        NOT NULL,        -- of which claim
    amount_yen   bigint      NOT NULL,        -- what the family must give back
    proposed_at  timestamptz NOT NULL,        -- the program's clock
    proposed_by  text        NOT NULL,        -- who asks it back
    approved_at  timestamptz,                 -- from here the family owes it
    approved_by  text,                        -- never who proposed it
    entry_id     uuid,                        -- what it posted: the family owes the scheme's budget
    PRIMARY KEY (municipality, clawback_id),
    FOREIGN KEY (municipality, claim_id) REFERENCES claims,
    CONSTRAINT clawbacks_amount CHECK (amount_yen > 0),
    CONSTRAINT clawbacks_approved CHECK (num_nonnulls(approved_at, approved_by, entry_id) IN (0, 3)),
    CONSTRAINT clawbacks_second_person CHECK (approved_by <> proposed_by)
);
CREATE INDEX clawbacks_of_claim ON clawbacks (municipality, claim_id);

CREATE TRIGGER claim_costs_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON claim_costs EXECUTE FUNCTION refuse_change();
CREATE TRIGGER claim_steps_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON claim_steps EXECUTE FUNCTION refuse_change();
CREATE TRIGGER claim_evidence_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON claim_evidence EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON claims, claim_costs, claim_parts, claim_steps, claim_evidence, clawbacks TO hagukumi_program;
-- Whose claim it is, and for what, stays as it was filed.
GRANT UPDATE (filing, requested_yen, reserved_yen, state, filed_at, filed_by, returned_at, returned_by, examined_at, examined_by, proposed_yen,
              decided_at, decided_by, granted_yen, clawed_back_yen, withdrawn_at, withdrawn_by) ON claims TO hagukumi_program;
GRANT UPDATE (reserved_yen) ON claim_parts TO hagukumi_program;
GRANT UPDATE (approved_at, approved_by, entry_id) ON clawbacks TO hagukumi_program;
