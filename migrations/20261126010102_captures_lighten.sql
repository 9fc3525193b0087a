-- A refund names its receipt's amount, so that a CHECK can hold the sum of refunds against it. The amount was a second key of every receipt for the sake
-- of the foreign key alone; receipts never change, so that looking once, when a refund is written, says the same.
ALTER TABLE refunds DROP CONSTRAINT refunds_municipality_hold_id_captured_yen_fkey;
ALTER TABLE captures DROP CONSTRAINT captures_amount_of_hold;

CREATE FUNCTION refuse_refund_of_another_amount() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM captures c
        WHERE c.municipality = NEW.municipality AND c.hold_id = NEW.hold_id AND c.amount_yen = NEW.captured_yen
    ) THEN
        RAISE foreign_key_violation USING
            MESSAGE = 'a refund names the amount of its receipt', TABLE = 'refunds', CONSTRAINT = 'refunds_amount_of_receipt';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refunds_amount_of_receipt BEFORE INSERT ON refunds FOR EACH ROW EXECUTE FUNCTION refuse_refund_of_another_amount();
