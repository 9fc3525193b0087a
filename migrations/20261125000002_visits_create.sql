-- Grants counted in visits: an account in visits beside the one in yen that commits count × the most that the city can pay for one. A payment takes
-- one visit and what the city pays of its price.
ALTER TABLE accounts DROP CONSTRAINT accounts_kind;
ALTER TABLE accounts ADD CONSTRAINT accounts_kind CHECK (kind IN (
    'bank', 'merchant_receivable', 'family_receivable', 'city_appropriations', 'fees',
    'scheme_budget', 'entitlement', 'own_money', 'hold', 'claims_reserved', 'refunds_pending',
    'merchant_payable', 'family_payable', 'payouts_in_transit', 'city_funding', 'suspense',
    'allowance', 'allowance_control', 'visits', 'visits_control'
));

ALTER TABLE entitlements
    ADD COLUMN visits            bigint,   -- as granted; none where yen or tickets are counted
    ADD COLUMN visits_account_id uuid,     -- the account in visits
    ADD CONSTRAINT entitlements_visits CHECK ((visits IS NULL) = (visits_account_id IS NULL) AND (visits IS NULL OR (visits > 0 AND face_yen = 1)));
