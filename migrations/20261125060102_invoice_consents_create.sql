-- Families let bills settle by themselves on the day on which they are due: so that paying late or early says nothing to the merchant.
CREATE TABLE invoice_consents (
    municipality integer     NOT NULL,
    invoice_id   uuid        NOT NULL,
    family_id    uuid        NOT NULL,
    children     uuid[]      NOT NULL,        -- whose entitlements may pay, in this order where they lapse on one day
    own_money    boolean     NOT NULL,        -- whether own money pays the rest
    given_at     timestamptz NOT NULL,
    withdrawn_at timestamptz,                 -- the family thought better of it
    tried_at     timestamptz,                 -- when the day came: tried once, for trying again would tell when money came
    refused      text,                        -- why it was not paid: for the family
    PRIMARY KEY (municipality, invoice_id, family_id),
    FOREIGN KEY (municipality, invoice_id) REFERENCES invoices,
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    CONSTRAINT invoice_consents_once CHECK (withdrawn_at IS NULL OR tried_at IS NULL),
    CONSTRAINT invoice_consents_refused CHECK (refused IS NULL OR (tried_at IS NOT NULL AND refused IN (
        'short',                              -- everything together did not reach the price
        'ended',                              -- somebody had paid it, or the merchant had taken it back
        'not_payable'                         -- the merchant takes no such payment, the day is closed
    )))
);
-- A family's own list.
CREATE INDEX invoice_consents_of_family ON invoice_consents (municipality, family_id, given_at);
-- What the job looks through: bills that are due.
CREATE INDEX invoices_by_due_day ON invoices (municipality, due_on) WHERE due_on IS NOT NULL;

GRANT SELECT, INSERT ON invoice_consents TO hagukumi_program;
GRANT UPDATE (children, own_money, given_at, withdrawn_at, tried_at, refused) ON invoice_consents TO hagukumi_program;

ALTER TABLE job_runs DROP CONSTRAINT job_runs_job;
ALTER TABLE job_runs ADD CONSTRAINT job_runs_job CHECK (job IN (
    'guardians',                              -- who raises a child no more loses access
    'grant',                                  -- what opens is granted to those who qualify
    'lapse',                                  -- what has closed returns to its budget
    'due',                                    -- bills settle by themselves on their day
    'expire',                                 -- codes that nobody used give their money back
    'settle',                                 -- refunds go back where they came from
    'fold',                                   -- delta rows become totals
    'remind'                                  -- a statement month is over and not closed
));
