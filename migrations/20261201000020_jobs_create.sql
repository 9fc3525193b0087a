-- Jobs: what the program does by itself. A row here, taken under an advisory lock, is the right to run a job for a period: once for each
-- municipality, however many servers there are and whenever they were down.

-- What a job did on one day. A job of the day has one slot a day, a job of the minute has many, and the row keeps the last one done.
CREATE TABLE job_runs (
    municipality integer     NOT NULL REFERENCES municipalities,
    job          text        NOT NULL,        -- which job
    business_on  date        NOT NULL,        -- the day in Tokyo that its slots belong to
    done_through timestamptz,                 -- the last slot that is done; null while the first one fails
    runs         integer     NOT NULL,        -- how often it ran to its end
    items        bigint      NOT NULL,        -- what it did in all: entitlements, holds, refunds, rows
    amount_yen   bigint      NOT NULL,        -- the money behind them, where there is some
    detail       text        NOT NULL,        -- what people should read; codes and figures, nothing personal
    failures     integer     NOT NULL,        -- how often in a row it has failed since it was last done
    failed_because text,                      -- the last failure, while it stands
    retry_at     timestamptz,                 -- not before
    ended_at     timestamptz NOT NULL,        -- when it last ended, well or not
    ended_by     text        NOT NULL,        -- the server that ran it
    PRIMARY KEY (municipality, job, business_on),
    CONSTRAINT job_runs_job CHECK (job IN (
        'guardians',                          -- who raises a child no more loses access
        'grant',                              -- what opens is granted to those who qualify
        'lapse',                              -- what has closed returns to its budget
        'due',                                -- bills settle by themselves on their day
        'cover',                              -- how well families hide among each other
        'expire',                             -- codes that nobody used give their money back
        'settle',                             -- refunds go back where they came from
        'fold',                               -- delta rows become totals
        'seal',                               -- entries become leaves of the tree
        'remind'                              -- a statement month is over and not closed
    )),
    CONSTRAINT job_runs_counts CHECK (runs >= 0 AND items >= 0 AND failures >= 0),
    CONSTRAINT job_runs_failed CHECK ((failures = 0) = (failed_because IS NULL) AND (failures = 0) = (retry_at IS NULL))
);

GRANT SELECT, INSERT ON job_runs TO hagukumi_program;
GRANT UPDATE (done_through, runs, items, amount_yen, detail, failures, failed_because, retry_at, ended_at, ended_by) ON job_runs TO hagukumi_program;
