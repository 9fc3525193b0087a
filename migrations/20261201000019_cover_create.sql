-- At which merchants, in which month, paying by code gave away that a scheme probably paid: families that would give that away are warned there.
-- For the city and for families; nothing that the Till asks reads it.
CREATE TABLE red_covers (
    municipality integer     NOT NULL,
    merchant_id  uuid        NOT NULL,        -- where
    month_on     date        NOT NULL,        -- the first day of the calendar month that was looked at
    noted_at     timestamptz NOT NULL,        -- the program's clock
    PRIMARY KEY (municipality, merchant_id, month_on),
    FOREIGN KEY (municipality, merchant_id) REFERENCES merchants,
    CONSTRAINT red_covers_month CHECK (extract(day FROM month_on) = 1)
);

CREATE TRIGGER red_covers_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON red_covers EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON red_covers TO hagukumi_program;
