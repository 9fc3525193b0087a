-- Jobs: what the program does by itself. A row here, taken under an advisory lock, is the right to run a job for a period: once for each
-- municipality, however many servers there are and whenever they were down.

-- Which schemes a city runs: what the grant job asks. Beginning and ending are rows, so that the past stays known.
CREATE TABLE municipality_schemes (
    municipality integer NOT NULL REFERENCES municipalities,
    scheme_id    text    NOT NULL,            -- as in the scheme's file
    from_on      date    NOT NULL,            -- periods that open from this day on are granted …
    to_on        date,                        -- … up to this one; none while the city goes on with it
    PRIMARY KEY (municipality, scheme_id, from_on),
    CONSTRAINT municipality_schemes_days CHECK (from_on <= to_on)
);

-- What a job did on one day. A job of the day has one slot a day, a job of the minute has many, and the row keeps the last one done.
CREATE TABLE job_runs (
    municipality integer     NOT NULL REFERENCES municipalities,
    job          text        NOT NULL,
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
        'grant',                              -- what opens is granted to those who qualify
        'lapse',                              -- what has closed returns to its budget
        'expire',                             -- codes that nobody used give their money back
        'settle',                             -- refunds go back where they came from
        'fold',                               -- delta rows become totals
        'remind'                              -- a statement month is over and not closed
    )),
    CONSTRAINT job_runs_counts CHECK (runs >= 0 AND items >= 0 AND failures >= 0),
    CONSTRAINT job_runs_failed CHECK ((failures = 0) = (failed_because IS NULL) AND (failures = 0) = (retry_at IS NULL))
);

GRANT SELECT, INSERT ON municipality_schemes, job_runs TO hagukumi_program;
GRANT UPDATE (to_on) ON municipality_schemes TO hagukumi_program;
GRANT UPDATE (done_through, runs, items, amount_yen, detail, failures, failed_because, retry_at, ended_at, ended_by) ON job_runs TO hagukumi_program;
