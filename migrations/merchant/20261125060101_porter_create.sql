-- The notebook of the porter, in the merchants' face's own database: all that this database holds. Nothing here depends on who pays.
--
-- Columns are granted one by one, and never whole tables: who may read a table may also read which database transaction wrote each row (xmin), and
-- transactions are numbered over a whole server.
CREATE SCHEMA face;

-- Credentials that the Till has let in: terminals, people who are signed in. Their place is not blamed for what others show there.
CREATE TABLE face.callers (
    credential_sha256 bytea       PRIMARY KEY,  -- SHA-256 of 256 random bits: nothing can be done with it
    let_in_at         timestamptz NOT NULL,     -- when it was let in first
    CONSTRAINT callers_credential CHECK (octet_length(credential_sha256) = 32)
);

-- How often one place showed what opens nothing, in one window of time.
CREATE TABLE face.refusals (
    origin_index bytea       NOT NULL,          -- keyed digest of the address: an address is personal data
    window_from  timestamptz NOT NULL,          -- windows begin at fixed instants, so that one row is one window
    refused      integer     NOT NULL,
    PRIMARY KEY (origin_index, window_from),
    CONSTRAINT refusals_refused CHECK (refused > 0)
);

GRANT USAGE ON SCHEMA face TO hagukumi_merchant;
GRANT SELECT (credential_sha256, let_in_at), INSERT (credential_sha256, let_in_at) ON face.callers TO hagukumi_merchant;
GRANT SELECT (origin_index, window_from, refused), INSERT (origin_index, window_from, refused), UPDATE (refused) ON face.refusals TO hagukumi_merchant;
-- What is over is forgotten.
GRANT DELETE ON face.callers, face.refusals TO hagukumi_merchant;
