-- Letters with a family's activation code, and where they go.

-- Where a family's letters go instead of its registered address; the highest number is in force. Staff record it, for a protected family above
-- all: its registered address is printed nowhere.
CREATE TABLE delivery_addresses (
    municipality integer     NOT NULL,
    family_id    uuid        NOT NULL,        -- whose letters
    number       smallint    NOT NULL,        -- 1, 2, 3 …
    address      bytea,                       -- sealed under the family's key; none: from now on there is none
    recorded_at  timestamptz NOT NULL,        -- the program's clock
    recorded_by  text        NOT NULL,        -- the member of staff
    PRIMARY KEY (municipality, family_id, number),
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    CONSTRAINT delivery_addresses_number CHECK (number >= 1)
);

-- Which letters were printed, for whom, and by whom: names and addresses of these families were opened then.
CREATE TABLE letters (
    municipality integer     NOT NULL,
    letters_id   uuid        NOT NULL,        -- what was printed at once: one letter, or many
    family_id    uuid        NOT NULL,        -- for whom
    activation_issue smallint NOT NULL,       -- which activation code stands in it
    way          text        NOT NULL,        -- what stands in the window
    printed_at   timestamptz NOT NULL,        -- the program's clock
    printed_by   text        NOT NULL,        -- who has seen what stands in it
    PRIMARY KEY (municipality, letters_id, family_id),
    FOREIGN KEY (municipality, family_id) REFERENCES families,
    CONSTRAINT letters_way CHECK (way IN (
        'registered',                         -- the address on the roster
        'delivery',                           -- the one that staff recorded
        'by_hand'                             -- none: handed over at the counter
    ))
);
-- Whether a family has had a letter with the code in force.
CREATE INDEX letters_of_family ON letters (municipality, family_id, activation_issue);

CREATE TRIGGER delivery_addresses_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery_addresses EXECUTE FUNCTION refuse_change();
CREATE TRIGGER letters_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON letters EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON delivery_addresses, letters TO hagukumi_program;
