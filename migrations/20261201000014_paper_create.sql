-- Paper for families without a phone: booklets of tickets, and cards. Each is money that was set aside beforehand: a ticket is a hold, and a card
-- captures what was reserved for it. Nothing on paper says who pays, and any family can have the same.
--
-- A code on paper is bound to less than one on a phone. A ticket names what it is for, and works at every merchant that is registered for it; a card
-- has many holds, told apart by merchant and amount.

-- What booklets there are in a city. Face and services belong to the kind and never to a family, so that all booklets of a kind are alike.
CREATE TABLE booklet_kinds (
    municipality integer     NOT NULL REFERENCES municipalities,
    kind         text        NOT NULL,        -- what staff call it: `care`
    face_yen     bigint      NOT NULL,        -- printed on each ticket
    expense      text        NOT NULL,        -- what it is for, as merchants are registered …
    services     text[]      NOT NULL,        -- … in one of these service categories; empty is any
    made_at      timestamptz NOT NULL,        -- the program's clock
    made_by      text        NOT NULL,        -- the member of staff
    PRIMARY KEY (municipality, kind),
    CONSTRAINT booklet_kinds_names CHECK (kind ~ '^[a-z][a-z0-9_-]{0,39}$' AND expense ~ '^[a-z][a-z0-9_-]{0,39}$'),
    CONSTRAINT booklet_kinds_face CHECK (face_yen BETWEEN 1 AND 10000)
);

-- One booklet.
CREATE TABLE booklets (
    municipality integer     NOT NULL,
    booklet_id   uuid        NOT NULL,        -- its name everywhere else
    number       text        NOT NULL,        -- printed on each ticket, for the phone line; drawn, so that it tells neither how many there are nor when
    family_id    uuid        NOT NULL,        -- whose money it is
    kind         text        NOT NULL,        -- face, expense and services of its tickets
    valid_through date       NOT NULL,        -- printed; one of the city's days, the same for every family
    edition      smallint    NOT NULL,        -- 1, 2, 3 …: only the tickets of the last one work
    issued_at    timestamptz NOT NULL,        -- the program's clock
    issued_by    text        NOT NULL,        -- the member of staff
    ended_at     timestamptz,                 -- given back, or its family may use it no more: no ticket works
    ended_by     text,                        -- who ended it
    PRIMARY KEY (municipality, booklet_id),
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    FOREIGN KEY (municipality, kind) REFERENCES booklet_kinds,
    CONSTRAINT booklets_number_once UNIQUE (municipality, number),
    CONSTRAINT booklets_number CHECK (number ~ '^[0-9]{8}$'),
    CONSTRAINT booklets_edition CHECK (edition >= 1),
    CONSTRAINT booklets_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
-- A family's booklets.
CREATE INDEX booklets_of_family ON booklets (municipality, family_id, issued_at);

-- One printed ticket. A reissue prints the unused ones again: the money moves to a new hold, and the old paper opens nothing.
CREATE TABLE tickets (
    municipality integer  NOT NULL,
    booklet_id   uuid     NOT NULL,           -- of which booklet …
    edition      smallint NOT NULL,           -- … in which of its editions
    serial       smallint NOT NULL,           -- 1, 2, 3 …: printed; the same in every edition
    hold_id      uuid     NOT NULL,           -- its money and its code
    PRIMARY KEY (municipality, booklet_id, edition, serial),
    FOREIGN KEY (municipality, booklet_id) REFERENCES booklets,
    FOREIGN KEY (municipality, hold_id) REFERENCES holds,
    CONSTRAINT tickets_hold_once UNIQUE (municipality, hold_id),
    CONSTRAINT tickets_serial CHECK (serial >= 1)
);

-- One card.
CREATE TABLE cards (
    municipality integer     NOT NULL,
    card_id      uuid        NOT NULL,        -- its name everywhere else
    number       text        NOT NULL,        -- printed
    family_id    uuid        NOT NULL,        -- whose card
    edition      smallint    NOT NULL,        -- the code is drawn from the card and this number: a reissue kills the old one
    issued_at    timestamptz NOT NULL,        -- the program's clock
    issued_by    text        NOT NULL,        -- the member of staff
    ended_at     timestamptz,                 -- given back or lost for good: it opens nothing
    ended_by     text,                        -- who ended it
    PRIMARY KEY (municipality, card_id),
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    CONSTRAINT cards_number_once UNIQUE (municipality, number),
    CONSTRAINT cards_number CHECK (number ~ '^[0-9]{8}$'),
    CONSTRAINT cards_edition CHECK (edition >= 1),
    CONSTRAINT cards_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
-- A family's cards.
CREATE INDEX cards_of_family ON cards (municipality, family_id, issued_at);

-- What a card captures: set aside beforehand for one merchant and amount.
CREATE TABLE reservations (
    municipality integer     NOT NULL,
    hold_id      uuid        NOT NULL,        -- the money, the merchant and the amount
    card_id      uuid        NOT NULL,        -- what captures it
    edition      smallint    NOT NULL,        -- the code of which edition captures it
    reserved_at  timestamptz NOT NULL,        -- the program's clock
    reserved_by  text        NOT NULL,        -- staff at the counter or the phone line, or the family
    PRIMARY KEY (municipality, hold_id),
    FOREIGN KEY (municipality, hold_id) REFERENCES holds,
    FOREIGN KEY (municipality, card_id) REFERENCES cards
);
-- What a card has reserved.
CREATE INDEX reservations_of_card ON reservations (municipality, card_id, reserved_at);

CREATE TRIGGER booklet_kinds_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON booklet_kinds EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tickets_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON tickets EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reservations_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON reservations EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON booklet_kinds, booklets, tickets, cards, reservations TO hagukumi_program;
GRANT UPDATE (edition, ended_at, ended_by) ON booklets, cards TO hagukumi_program;
