-- Which entries moved a family's own money other than by a payment: its statement is read from here and from its payments, without a look through all
-- transfers.

CREATE TABLE own_money_moves (
    municipality integer NOT NULL,
    family_id    uuid    NOT NULL,
    entry_id     uuid    NOT NULL,            -- loaded, or paid back
    PRIMARY KEY (municipality, family_id, entry_id),
    FOREIGN KEY (municipality, family_id) REFERENCES families
);

CREATE TRIGGER own_money_moves_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON own_money_moves EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON own_money_moves TO hagukumi_program;
