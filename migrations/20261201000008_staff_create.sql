-- The city's staff: who they are, what they may do, when they are signed in; what they have done, and which commands of theirs were accepted.

-- One row for each person. A person is never deleted and a name never given to another: it stands in the books as `staff:NAME`.
CREATE TABLE staff_members (
    municipality integer     NOT NULL REFERENCES municipalities,
    name         text        NOT NULL,        -- what the person types to sign in, and what the books call them
    display_name text        NOT NULL,        -- what colleagues read
    roles        text[]      NOT NULL,        -- what they may do; a set
    state        text        NOT NULL,        -- whether they may sign in
    invited_at   timestamptz NOT NULL,        -- the program's clock
    invited_by   text        NOT NULL,        -- an administrator, or the command line on the server for the first one
    code_digest  bytea,                       -- digest of the sign-in code in force; none once it is used
    code_expires_at timestamptz,              -- it signs in until just before here
    PRIMARY KEY (municipality, name),
    CONSTRAINT staff_members_name CHECK (name ~ '^[a-z][a-z0-9._-]{1,39}$'),
    CONSTRAINT staff_members_display_name CHECK (length(display_name) BETWEEN 1 AND 100),
    CONSTRAINT staff_members_state CHECK (state IN (
        'active',
        'suspended'                           -- may not sign in, and no session of theirs opens anything
    )),
    CONSTRAINT staff_members_roles CHECK (roles <@ ARRAY[
        'preparer',                           -- prepares: rosters, grants, merchants, statements, remittances, bank lines
        'approver',                           -- the second person
        'treasurer',                          -- 会計: budgets, examination, the bank file, the bank statement, the close
        'auditor',                            -- sees everything and changes nothing
        'administrator'                       -- staff; no money
    ]),
    -- Who makes accounts or watches does not move money.
    CONSTRAINT staff_members_separation CHECK (
        NOT (roles && ARRAY['administrator', 'auditor'] AND roles && ARRAY['preparer', 'approver', 'treasurer'])),
    CONSTRAINT staff_members_code CHECK ((code_digest IS NULL) = (code_expires_at IS NULL))
);

-- What staff set out to do, for ever, written down before it is done. Ids and reasons only: no name, number, address or account of anybody but staff.
CREATE TABLE staff_actions (
    municipality integer     NOT NULL REFERENCES municipalities,
    number       bigint      NOT NULL,        -- 1, 2, 3 … without a gap, so that a missing row is seen
    at           timestamptz NOT NULL,        -- the program's clock
    name         text        NOT NULL,        -- who
    role         text,                        -- in which role; none when refused for want of one, or when no role is needed
    action       text        NOT NULL,        -- a stable code: `merchant.approve`
    subject      text,                        -- on what: an id or a month, as answers write it
    reason       text,                        -- why
    door         text        NOT NULL,        -- `api` or `command-line`
    request_id   text,                        -- the request, as the log names it
    key          text,                        -- the idempotency key of a command: a row with the key of an earlier one is its retry
    PRIMARY KEY (municipality, number),
    FOREIGN KEY (municipality, name) REFERENCES staff_members,
    CONSTRAINT staff_actions_number CHECK (number > 0),
    CONSTRAINT staff_actions_door CHECK (door IN ('api', 'command-line'))
);
-- What one person has done.
CREATE INDEX staff_actions_of_member ON staff_actions (municipality, name, number);

-- How an action ended: one row for each that has. A machine that stops in between leaves an action that has not ended.
CREATE TABLE staff_action_ends (
    municipality integer     NOT NULL,
    number       bigint      NOT NULL,        -- which action
    ended_at     timestamptz NOT NULL,        -- the program's clock
    outcome      text        NOT NULL,        -- how it ended
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

-- Accepted commands of the back office, for ever: the same key with the same request is answered again, with another request it is a
-- conflict. Commands that only post are kept in `commands`; these change a merchant, a statement, a remittance or a bank statement.
CREATE TABLE office_commands (
    municipality integer     NOT NULL REFERENCES municipalities,
    actor        text        NOT NULL,        -- who asked; two people may use the same key
    key          text        NOT NULL,        -- the idempotency key
    fingerprint  bytea       NOT NULL,        -- SHA-256 of the request
    subject_id   uuid        NOT NULL,        -- what it made or changed: the answer to a replay
    accepted_at  timestamptz NOT NULL,        -- the program's clock
    PRIMARY KEY (municipality, actor, key),
    CONSTRAINT office_commands_fingerprint CHECK (octet_length(fingerprint) = 32)
);

CREATE TRIGGER staff_actions_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON staff_actions EXECUTE FUNCTION refuse_change();
CREATE TRIGGER staff_action_ends_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON staff_action_ends EXECUTE FUNCTION refuse_change();
CREATE TRIGGER office_commands_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON office_commands EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON staff_members, staff_actions, staff_action_ends, office_commands TO hagukumi_program;
GRANT UPDATE (display_name, roles, state, code_digest, code_expires_at) ON staff_members TO hagukumi_program;
