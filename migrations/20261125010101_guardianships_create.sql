-- Who is known to raise which child in which household, so that it is found out when somebody does no more: then their sessions, the code of
-- their letter and what they had set aside end at once.

-- What rosters say is in child_facts; a row here is what the program has acted on. No personal data: ids and instants.
CREATE TABLE guardianships (
    municipality integer NOT NULL,
    child_id     uuid    NOT NULL,
    family_id    uuid    NOT NULL,            -- the household in which the child is raised
    guardian_id  uuid    NOT NULL,            -- by whom
    ended_at     timestamptz,                 -- since when they do no more; null while they do
    cleared_at   timestamptz,                 -- when what the household had set aside before that had all been given back
    PRIMARY KEY (municipality, child_id, family_id, guardian_id),
    FOREIGN KEY (municipality, child_id) REFERENCES children,
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    CONSTRAINT guardianships_cleared CHECK (cleared_at IS NULL OR ended_at IS NOT NULL)
);
-- Who else raises children in the household.
CREATE INDEX guardianships_of_family ON guardianships (municipality, family_id) WHERE ended_at IS NULL;
-- What is still to be given back; empty but for moments.
CREATE INDEX guardianships_to_clear ON guardianships (municipality, ended_at) WHERE ended_at IS NOT NULL AND cleared_at IS NULL;

GRANT SELECT, INSERT ON guardianships TO hagukumi_program;
GRANT UPDATE (ended_at, cleared_at) ON guardianships TO hagukumi_program;

ALTER TABLE job_runs DROP CONSTRAINT job_runs_job;
ALTER TABLE job_runs ADD CONSTRAINT job_runs_job CHECK (job IN (
    'guardians',                              -- who raises a child no more from today on loses access
    'grant',                                  -- what opens is granted to those who qualify
    'lapse',                                  -- what has closed returns to its budget
    'expire',                                 -- codes that nobody used give their money back
    'settle',                                 -- refunds go back where they came from
    'fold',                                   -- delta rows become totals
    'remind'                                  -- a statement month is over and not closed
));
