-- Who is told of a case, in which order, and by which way: the ladder of each case, lists, what became of each way out.

-- Mail that belongs to no single alert, its urgency, and whose turn it is.
CREATE TABLE outbox_v7 (
    id           INTEGER PRIMARY KEY,
    -- 'first', 'again', 'more', 'passed-on', 'broken-glass', 'daily', 'weekly', 'surge', 'webhook'.
    kind         TEXT NOT NULL,
    -- None for a list of several.
    alert        INTEGER REFERENCES alert,
    -- Of the recipient; empty with the address for the webhook.
    role         TEXT NOT NULL,
    address      TEXT NOT NULL,
    -- 1 to 5: the highest goes first.
    urgency      INTEGER NOT NULL,
    -- Whose doing it is: device and account, both as numbers that mean nothing elsewhere.
    source       TEXT NOT NULL DEFAULT '',
    -- How many mails about the same source came before within the hour: who is told of for the first time goes first.
    turn         INTEGER NOT NULL DEFAULT 0,
    message_id   TEXT NOT NULL UNIQUE,
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    next_at      INTEGER NOT NULL,
    leased_until INTEGER,
    sent_at      INTEGER,
    last_error   TEXT NOT NULL DEFAULT ''
) STRICT;

INSERT INTO outbox_v7 (id, kind, alert, role, address, urgency, message_id, state, attempts, created_at, next_at,
                       leased_until, sent_at, last_error)
SELECT outbox.id, iif(outbox.notice = 'broken-glass', outbox.notice, 'first'), outbox.alert, outbox.role, outbox.address, alert.severity, outbox.message_id, outbox.state,
       outbox.attempts, outbox.created_at, outbox.next_at, outbox.leased_until, outbox.sent_at, outbox.last_error
FROM outbox JOIN alert ON alert.id = outbox.alert;
DROP TABLE outbox;
ALTER TABLE outbox_v7 RENAME TO outbox;

CREATE INDEX outbox_due ON outbox (state, urgency DESC, turn, created_at, id);
CREATE INDEX outbox_next ON outbox (state, next_at);
CREATE INDEX outbox_of_alert ON outbox (alert);
CREATE INDEX outbox_of_source ON outbox (source, id);
CREATE INDEX outbox_to_address ON outbox (address COLLATE NOCASE, created_at);

-- The alerts that a list tells of.
CREATE TABLE outbox_item (
    outbox INTEGER NOT NULL REFERENCES outbox ON DELETE CASCADE,
    alert  INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,
    PRIMARY KEY (outbox, alert)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_item_of_alert ON outbox_item (alert);

-- Where a safeguarding alert stands on its ladder. Whom it is about stands in case_file, so that a new policy, and what
-- becomes known of it, find the people anew.
CREATE TABLE ladder (
    alert     INTEGER PRIMARY KEY REFERENCES alert ON DELETE CASCADE,
    level     INTEGER NOT NULL,
    source    TEXT NOT NULL,
    -- Number of the next step, and when it is due; none when it is over.
    step      INTEGER NOT NULL,
    next_at   INTEGER,
    -- Rungs that were told so far.
    told      INTEGER NOT NULL DEFAULT 0,
    -- Who is told next, and when.
    then_role TEXT,
    then_at   INTEGER,
    -- Somebody was to be told and nobody could be.
    unheard   INTEGER NOT NULL DEFAULT 0 CHECK (unheard IN (0, 1))
) STRICT;

CREATE INDEX ladder_due ON ladder (next_at) WHERE next_at IS NOT NULL;

-- How each way out of the house does.
CREATE TABLE channel (
    -- 'mail', 'second', 'webhook'.
    name          TEXT PRIMARY KEY,
    worked_at     INTEGER,
    -- Since when every try failed; none while it works.
    failing_since INTEGER,
    last_error    TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- What was met in one document: an event finds the alert that it joins without going through the others.
CREATE INDEX event_of_document ON event (device, document) WHERE document IS NOT NULL;
