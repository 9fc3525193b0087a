-- Attempts to sign in that were refused.

-- How many attempts from one place were refused in one window of time. Only refusals are counted: who is right writes nothing here.
CREATE TABLE refused_attempts (
    municipality integer     NOT NULL REFERENCES municipalities,
    purpose      text        NOT NULL,
    origin_index bytea       NOT NULL,        -- keyed digest of where it came from: an address is personal data
    window_from  timestamptz NOT NULL,        -- windows begin at fixed instants, so that one row is one window
    refused      integer     NOT NULL,
    PRIMARY KEY (municipality, purpose, origin_index, window_from),
    CONSTRAINT refused_attempts_purpose CHECK (purpose IN (
        'sign_in'                             -- an activation code
    )),
    CONSTRAINT refused_attempts_refused CHECK (refused > 0)
);

GRANT SELECT, INSERT ON refused_attempts TO hagukumi_program;
GRANT UPDATE (refused) ON refused_attempts TO hagukumi_program;
