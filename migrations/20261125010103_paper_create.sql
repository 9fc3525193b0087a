-- Paper for families without a phone: booklets of tickets, and cards. Each is money that was set aside beforehand: a ticket is a hold, and a card
-- captures what was reserved for it. Nothing on paper says who pays, and any family can have the same.

-- A code on paper is bound to less than one on a phone. A ticket names what it is for, and works at every merchant that is registered for it; a card
-- has many holds, told apart by merchant and amount.
ALTER TABLE holds ALTER COLUMN merchant_id DROP NOT NULL;
ALTER TABLE holds ADD COLUMN services text[];                -- a ticket: the service categories it is for; empty is any
ALTER TABLE holds ADD CONSTRAINT holds_place CHECK ((merchant_id IS NULL) = (services IS NOT NULL));
COMMENT ON COLUMN holds.merchant_id IS 'a code works at this merchant only; none: a ticket, at every merchant registered for its expense and one of its services';
COMMENT ON COLUMN holds.code_digest IS 'SHA-256 of the code; of a reservation, of the card''s digest with merchant and amount: a later one for the same place and amount has the same';
ALTER TABLE holds DROP CONSTRAINT holds_code_once;
-- A desk finds the hold by what it scanned.
CREATE INDEX holds_of_code ON holds (municipality, code_digest);

-- Locks accounts in order before several entries are posted on them in one database transaction, so that these wait like one posting and never
-- deadlock with another. The month first, as post_batch does.
CREATE FUNCTION lock_guarded(p_municipality integer, p_business_on date, p_account_id uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(p_municipality, extract(year FROM p_business_on)::integer * 100 + extract(month FROM p_business_on)::integer);
    PERFORM b.account_id
    FROM guarded_balances b
    WHERE b.municipality = p_municipality AND b.account_id = ANY (p_account_id)
    ORDER BY b.account_id
    FOR UPDATE;
END $$;
REVOKE ALL ON FUNCTION lock_guarded FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_guarded TO hagukumi_program;

-- What booklets there are in a city. Face and services belong to the kind and never to a family, so that all booklets of a kind are alike.
CREATE TABLE booklet_kinds (
    municipality integer     NOT NULL REFERENCES municipalities,
    kind         text        NOT NULL,        -- what staff call it: `care`
    face_yen     bigint      NOT NULL,        -- printed on each ticket
    expense      text        NOT NULL,        -- what it is for, as merchants are registered …
    services     text[]      NOT NULL,        -- … in one of these service categories; empty is any
    made_at      timestamptz NOT NULL,
    made_by      text        NOT NULL,
    PRIMARY KEY (municipality, kind),
    CONSTRAINT booklet_kinds_names CHECK (kind ~ '^[a-z][a-z0-9_-]{0,39}$' AND expense ~ '^[a-z][a-z0-9_-]{0,39}$'),
    CONSTRAINT booklet_kinds_face CHECK (face_yen BETWEEN 1 AND 10000)
);

CREATE TABLE booklets (
    municipality integer     NOT NULL,
    booklet_id   uuid        NOT NULL,
    number       text        NOT NULL,        -- printed on each ticket, for the phone line; drawn, so that it tells neither how many there are nor when
    family_id    uuid        NOT NULL,
    kind         text        NOT NULL,
    valid_through date       NOT NULL,        -- printed; one of the city's days, the same for every family
    edition      smallint    NOT NULL,        -- 1, 2, 3 …: only the tickets of the last one work
    issued_at    timestamptz NOT NULL,
    issued_by    text        NOT NULL,
    ended_at     timestamptz,                 -- given back, or its family may use it no more: no ticket works
    ended_by     text,
    PRIMARY KEY (municipality, booklet_id),
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    FOREIGN KEY (municipality, kind) REFERENCES booklet_kinds,
    CONSTRAINT booklets_number_once UNIQUE (municipality, number),
    CONSTRAINT booklets_number CHECK (number ~ '^[0-9]{8}$'),
    CONSTRAINT booklets_edition CHECK (edition >= 1),
    CONSTRAINT booklets_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX booklets_of_family ON booklets (municipality, family_id, issued_at);

-- One printed ticket. A reissue prints the unused ones again: the money moves to a new hold, and the old paper opens nothing.
CREATE TABLE tickets (
    municipality integer  NOT NULL,
    booklet_id   uuid     NOT NULL,
    edition      smallint NOT NULL,
    serial       smallint NOT NULL,           -- 1, 2, 3 …: printed; the same in every edition
    hold_id      uuid     NOT NULL,           -- its money and its code
    PRIMARY KEY (municipality, booklet_id, edition, serial),
    FOREIGN KEY (municipality, booklet_id) REFERENCES booklets,
    FOREIGN KEY (municipality, hold_id) REFERENCES holds,
    CONSTRAINT tickets_hold_once UNIQUE (municipality, hold_id),
    CONSTRAINT tickets_serial CHECK (serial >= 1)
);

CREATE TABLE cards (
    municipality integer     NOT NULL,
    card_id      uuid        NOT NULL,
    number       text        NOT NULL,        -- printed
    family_id    uuid        NOT NULL,
    edition      smallint    NOT NULL,        -- the code is drawn from the card and this number: a reissue kills the old one
    issued_at    timestamptz NOT NULL,
    issued_by    text        NOT NULL,
    ended_at     timestamptz,                 -- given back or lost for good: it opens nothing
    ended_by     text,
    PRIMARY KEY (municipality, card_id),
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    CONSTRAINT cards_number_once UNIQUE (municipality, number),
    CONSTRAINT cards_number CHECK (number ~ '^[0-9]{8}$'),
    CONSTRAINT cards_edition CHECK (edition >= 1),
    CONSTRAINT cards_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX cards_of_family ON cards (municipality, family_id, issued_at);

-- What a card captures: set aside beforehand for one merchant and amount.
CREATE TABLE reservations (
    municipality integer     NOT NULL,
    hold_id      uuid        NOT NULL,
    card_id      uuid        NOT NULL,
    edition      smallint    NOT NULL,        -- the code of which edition captures it
    reserved_at  timestamptz NOT NULL,
    reserved_by  text        NOT NULL,        -- staff at the counter or the phone line, or the family
    PRIMARY KEY (municipality, hold_id),
    FOREIGN KEY (municipality, hold_id) REFERENCES holds,
    FOREIGN KEY (municipality, card_id) REFERENCES cards
);
CREATE INDEX reservations_of_card ON reservations (municipality, card_id, reserved_at);

CREATE TRIGGER booklet_kinds_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON booklet_kinds EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tickets_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON tickets EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reservations_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON reservations EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON booklet_kinds, booklets, tickets, cards, reservations TO hagukumi_program;
GRANT UPDATE (edition, ended_at, ended_by) ON booklets, cards TO hagukumi_program;
