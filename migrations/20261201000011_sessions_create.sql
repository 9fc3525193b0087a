-- Who is signed in: families, merchants' people and staff, by one mechanism; and attempts that were refused.

-- One row for each sign-in. The token is shown once; only its digest is kept.
CREATE TABLE sessions (
    municipality integer     NOT NULL,
    token_sha256 bytea       NOT NULL,        -- SHA-256 of a 256-bit token: too long to guess, so a plain digest is enough; also how it is found
    family_id    uuid,                        -- a family on one of its phones
    person_id    uuid,                        -- one of a merchant's people
    staff_name   text,                        -- a member of the city's staff
    signed_in_at timestamptz NOT NULL,        -- the oldest are pushed out first
    seen_at      timestamptz NOT NULL,        -- the last request, to within a day (staff: some minutes): a session that is not used ends
    expires_at   timestamptz NOT NULL,        -- ends then, used or not
    ended_at     timestamptz,                 -- signed out, pushed out by newer ones, or ended by the city
    PRIMARY KEY (municipality, token_sha256),
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    FOREIGN KEY (municipality, person_id) REFERENCES merchant_people,
    FOREIGN KEY (municipality, staff_name) REFERENCES staff_members,
    CONSTRAINT sessions_principal CHECK (num_nonnulls(family_id, person_id, staff_name) = 1),
    CONSTRAINT sessions_token CHECK (octet_length(token_sha256) = 32),
    CONSTRAINT sessions_expiry CHECK (expires_at > signed_in_at)
);
-- The sessions of one principal: for listing them, and for ending the oldest or all.
CREATE INDEX sessions_of_family ON sessions (municipality, family_id, signed_in_at) WHERE ended_at IS NULL AND family_id IS NOT NULL;
CREATE INDEX sessions_of_person ON sessions (municipality, person_id) WHERE ended_at IS NULL AND person_id IS NOT NULL;
CREATE INDEX sessions_of_staff ON sessions (municipality, staff_name) WHERE ended_at IS NULL AND staff_name IS NOT NULL;

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
