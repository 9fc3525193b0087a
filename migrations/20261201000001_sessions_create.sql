-- Who is signed in: families, merchants' people and staff, by one mechanism.

-- One row for each sign-in. The token is shown once; only its digest is kept.
CREATE TABLE sessions (
    municipality integer     NOT NULL,
    token_sha256 bytea       NOT NULL,        -- SHA-256 of a 256-bit token: too long to guess, so a plain digest is enough; also how it is found
    family_id    uuid,                        -- a family on one of its phones
    person_id    uuid,                        -- one of a merchant's people
    staff_name   text,                        -- a member of the city's staff
    signed_in_at timestamptz NOT NULL,
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

GRANT SELECT, INSERT ON sessions TO hagukumi_program;
GRANT UPDATE (seen_at, ended_at) ON sessions TO hagukumi_program;
