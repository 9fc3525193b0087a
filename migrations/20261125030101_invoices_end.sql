-- Bills have a day on which they are due, and end once: paid or cancelled.

-- None: the bill says nothing of a day. A family may let a bill settle by itself on it.
ALTER TABLE invoices ADD COLUMN due_on date;
-- A merchant's own list, newest first.
CREATE INDEX invoices_of_merchant ON invoices (municipality, merchant_id, issued_at, invoice_id);

-- How a bill ended. The primary key makes payment and cancellation exclude each other, whoever comes first and on whatever way.
CREATE TABLE invoice_endings (
    municipality integer     NOT NULL,
    invoice_id   uuid        NOT NULL,
    how          text        NOT NULL,
    ended_at     timestamptz NOT NULL,
    PRIMARY KEY (municipality, invoice_id),
    FOREIGN KEY (municipality, invoice_id) REFERENCES invoices,
    CONSTRAINT invoice_endings_how CHECK (how IN (
        'paid',                               -- written by the trigger below with the capture that pays it
        'cancelled'                           -- the merchant took it back: nobody can pay it any more
    ))
);
INSERT INTO invoice_endings (municipality, invoice_id, how, ended_at)
SELECT municipality, invoice_id, 'paid', captured_at FROM captures WHERE invoice_id IS NOT NULL;

-- A capture that pays a bill ends it. Of a bill that has ended there is no capture: the row is left out, and whoever inserts it sees that none was
-- inserted, as with a bill that another code has paid.
CREATE FUNCTION end_paid_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO invoice_endings (municipality, invoice_id, how, ended_at)
    VALUES (NEW.municipality, NEW.invoice_id, 'paid', NEW.captured_at)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN NEW;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER captures_end_invoice BEFORE INSERT ON captures FOR EACH ROW WHEN (NEW.invoice_id IS NOT NULL) EXECUTE FUNCTION end_paid_invoice();

-- What became of each line of a file of bills: the answer to the same file under the same key.
CREATE TABLE invoice_batches (
    municipality integer NOT NULL,
    batch_id     uuid    NOT NULL,            -- the subject of its command
    merchant_id  uuid    NOT NULL,
    outcomes     text[]  NOT NULL,            -- one for each line: made, known, or why it was refused
    made_at      timestamptz NOT NULL,
    PRIMARY KEY (municipality, batch_id)
);

CREATE TRIGGER invoice_endings_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_endings EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_batches_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_batches EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON invoice_endings, invoice_batches TO hagukumi_program;
