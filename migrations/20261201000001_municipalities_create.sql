-- The cities that this database serves, and the schemes that they run.

-- A small shared table: on Citus a reference table.
CREATE TABLE municipalities (
    municipality       integer     PRIMARY KEY,              -- 全国地方公共団体コード without its leading zero: 271004 is Osaka
    slug               text        NOT NULL UNIQUE,          -- what people type: osaka
    name               text        NOT NULL,                 -- what people read: 大阪市
    training           boolean     NOT NULL,                 -- a training city pays into bank codes 9990-9999 only: no stranger can be paid by mistake
    own_money          boolean     NOT NULL,                 -- whether the city may hold families' own money; a legal question of each city
    own_money_custodian text,                                -- who answers for that money; printed where it is loaded
    closing_day        smallint    NOT NULL,                 -- statements cover up to this day of the following month; belongs to the city, never to a scheme
    pay_day            smallint    NOT NULL,                 -- payouts leave on this day two months later, or the next business day
    hold_minutes       smallint    NOT NULL,                 -- how long a payment code lives
    remitter           jsonb       NOT NULL,                 -- 委託者コード, 委託者名 and the city's own account for the bank file; the city's, so not personal
    CONSTRAINT municipalities_closing_day CHECK (closing_day BETWEEN 1 AND 28),
    CONSTRAINT municipalities_pay_day CHECK (pay_day BETWEEN 1 AND 28),
    CONSTRAINT municipalities_custodian CHECK (NOT own_money OR own_money_custodian IS NOT NULL)
);

-- Which schemes a city runs: what the grant job asks. Beginning and ending are rows, so that the past stays known.
CREATE TABLE municipality_schemes (
    municipality integer NOT NULL REFERENCES municipalities,
    scheme_id    text    NOT NULL,            -- as in the scheme's file
    from_on      date    NOT NULL,            -- periods that open from this day on are granted …
    to_on        date,                        -- … up to this one; none while the city goes on with it
    PRIMARY KEY (municipality, scheme_id, from_on),
    CONSTRAINT municipality_schemes_days CHECK (from_on <= to_on)
);

-- Every function here and below sets `search_path = pg_catalog, pg_temp` and names the schema of each table. PostgreSQL otherwise looks among temporary
-- tables first, and a caller's table with the name of one of ours would be read, and its triggers run, with the rights of the function's owner.

-- Refuses to change history. Attached to every table that only grows.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% only grows: correct a mistake by a new row', TG_TABLE_NAME USING ERRCODE = 'HG001';
END $$;

-- The program needs no temporary table, so nobody with its login may make one that stands in for a table of ours.
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, hagukumi_program', current_database());
END $$;

GRANT SELECT, INSERT, UPDATE ON municipalities TO hagukumi_program;
GRANT SELECT, INSERT ON municipality_schemes TO hagukumi_program;
GRANT UPDATE (to_on) ON municipality_schemes TO hagukumi_program;
