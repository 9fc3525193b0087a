-- Families that are signed in; and attempts that were refused, of families, merchants' people and staff alike.

-- One row for each sign-in. The token is shown once; only its digest is kept.
CREATE TABLE sessions (
    municipality integer     NOT NULL,
    token_sha256 bytea       NOT NULL,        -- SHA-256 of a 256-bit token: too long to guess, so a plain digest is enough; also how it is found
    family_id    uuid        NOT NULL,        -- who is signed in
    signed_in_at timestamptz NOT NULL,        -- the oldest are pushed out first
    seen_at      timestamptz NOT NULL,        -- the last request, to within a day: a session that is not used ends
    expires_at   timestamptz NOT NULL,        -- ends then, used or not
    ended_at     timestamptz,                 -- signed out, pushed out by newer ones, or ended by the city
    PRIMARY KEY (municipality, token_sha256),
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    CONSTRAINT sessions_token CHECK (octet_length(token_sha256) = 32),
    CONSTRAINT sessions_expiry CHECK (expires_at > signed_in_at)
);
-- The sessions of a family: for ending the oldest, or all.
CREATE INDEX sessions_of_family ON sessions (municipality, family_id, signed_in_at) WHERE ended_at IS NULL;

-- How many attempts from one place were refused in one window of time. Only refusals are counted: who is right writes nothing here. Applications of
-- merchants are counted though they are taken in, for anybody may send them.
CREATE TABLE refused_attempts (
    municipality integer     NOT NULL REFERENCES municipalities,
    purpose      text        NOT NULL,        -- what is counted, by a name that the program gives: sign_in, staff_sign_in …
    origin_index bytea       NOT NULL,        -- keyed digest of where it came from: an address is personal data
    window_from  timestamptz NOT NULL,        -- windows begin at fixed instants, so that one row is one window
    refused      integer     NOT NULL,        -- how many
    PRIMARY KEY (municipality, purpose, origin_index, window_from),
    CONSTRAINT refused_attempts_purpose CHECK (purpose ~ '^[a-z][a-z_]{1,39}$'),
    CONSTRAINT refused_attempts_refused CHECK (refused > 0)
);

GRANT SELECT, INSERT ON sessions, refused_attempts TO hagukumi_program;
GRANT UPDATE (seen_at, ended_at) ON sessions TO hagukumi_program;
GRANT UPDATE (refused) ON refused_attempts TO hagukumi_program;
