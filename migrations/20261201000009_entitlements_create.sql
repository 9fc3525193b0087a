-- What children may spend. An entitlement is an account of the books: its id is the account's, its balance stands there. A grant counted in visits has an
-- account in visits beside it: the entitlement commits count × the most that the city can pay for one, and a payment takes one visit and what the city pays
-- of its price.

CREATE TABLE entitlements (
    municipality   integer NOT NULL,
    entitlement_id uuid    NOT NULL,   -- the account
    scheme_id      text    NOT NULL,   -- whose budget pays
    child_id       uuid    NOT NULL,   -- who may spend it
    family_id      uuid    NOT NULL,   -- the child's family when it was granted
    period_from    date    NOT NULL,   -- the first day of the scheme's period, the same for every child
    service_from   date    NOT NULL,   -- the child's part of that period, what the money is for: later where the child qualifies later
    service_to     date    NOT NULL,   -- … through this day
    opens_on       date    NOT NULL,   -- … and the days on which it may be spent, both inclusive
    closes_on      date    NOT NULL,   -- … what is left after this day lapses
    amount_yen     bigint  NOT NULL,   -- as granted
    face_yen       bigint  NOT NULL,   -- whole tickets of this many yen; 1 where every yen counts
    visits         bigint,             -- as granted; none where yen or tickets are counted
    visits_account_id uuid,            -- the account in visits
    fiscal_year    smallint NOT NULL,  -- the year of the service period: the budget it was taken from
    entry_id       uuid    NOT NULL,   -- the grant
    PRIMARY KEY (municipality, entitlement_id),
    -- A child is granted a period once, whatever is retried.
    CONSTRAINT entitlements_granted_once UNIQUE (municipality, scheme_id, child_id, period_from),
    CONSTRAINT entitlements_days CHECK (period_from <= service_from AND service_from <= service_to AND opens_on <= closes_on),
    CONSTRAINT entitlements_amount CHECK (amount_yen > 0 AND face_yen > 0 AND amount_yen % face_yen = 0),
    CONSTRAINT entitlements_visits CHECK ((visits IS NULL) = (visits_account_id IS NULL) AND (visits IS NULL OR (visits > 0 AND face_yen = 1)))
);
-- What a child may spend today, on the way of every payment.
CREATE INDEX entitlements_of_child ON entitlements (municipality, child_id, closes_on);
-- What lapses, by day.
CREATE INDEX entitlements_by_close ON entitlements (municipality, closes_on);

CREATE TRIGGER entitlements_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON entitlements EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON entitlements TO hagukumi_program;
