-- What staff do is written down before it is done, and how it ended behind it: a machine that stops in between leaves an action that has not ended.

-- One row for each action that has ended.
CREATE TABLE staff_action_ends (
    municipality integer     NOT NULL,
    number       bigint      NOT NULL,        -- which action
    ended_at     timestamptz NOT NULL,        -- the program's clock
    outcome      text        NOT NULL,
    code         text,                        -- why it was refused
    made         text,                        -- what it made, where it made something
    PRIMARY KEY (municipality, number),
    FOREIGN KEY (municipality, number) REFERENCES staff_actions,
    CONSTRAINT staff_action_ends_outcome CHECK (outcome IN (
        'done',
        'refused',                            -- the answer was no; nothing was changed
        'failed'                              -- something broke: what became of it is found out by asking again with the same key
    )),
    CONSTRAINT staff_action_ends_code CHECK ((outcome = 'refused') = (code IS NOT NULL))
);
INSERT INTO staff_action_ends (municipality, number, ended_at, outcome, code)
SELECT municipality, number, at, outcome, code FROM staff_actions;

ALTER TABLE staff_actions DROP COLUMN outcome, DROP COLUMN code;

CREATE TRIGGER staff_action_ends_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON staff_action_ends EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON staff_action_ends TO hagukumi_program;
