-- A case is a safeguarding alert with what people make of it. Its state stands in `alert` alone: 'new' (and seen by
-- somebody, where `seen_at` says so), 'acknowledged' (somebody acts), 'closed'.
CREATE TABLE case_file (
    alert       INTEGER PRIMARY KEY REFERENCES alert,
    -- Of the event that opened it; empty for a lesson and for a report that could not be read.
    category    TEXT NOT NULL,
    subject     TEXT NOT NULL CHECK (subject IN ('pupil', 'staff')),
    -- Roles that it is about (D4), each between commas: ',head,'. For them there is no such case.
    conflicts   TEXT NOT NULL DEFAULT '',
    -- Keyed hash of the account, under a key that never leaves the device.
    user        BLOB,
    -- Pictures of child abuse are suspected (C7): no content, fixed steps.
    images      INTEGER NOT NULL DEFAULT 0 CHECK (images IN (0, 1)),
    -- Nothing of it is erased by age.
    legal_hold  INTEGER NOT NULL DEFAULT 0 CHECK (legal_hold IN (0, 1)),
    seen_at     INTEGER,
    seen_by     TEXT,
    assigned_to TEXT
) STRICT;

CREATE INDEX case_of_user ON case_file (user) WHERE user IS NOT NULL;

-- What people did with a case, in order. Words of a person are sealed to the recipients before they come here; they
-- are plain only in a school that has no recipients yet.
CREATE TABLE case_step (
    id     INTEGER PRIMARY KEY,
    alert  INTEGER NOT NULL REFERENCES alert,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    step   TEXT NOT NULL CHECK (step IN ('seen', 'acknowledged', 'assigned', 'noted', 'closed', 'reopened', 'linked',
                                         'asked', 'approved', 'opened', 'broke-glass', 'reviewed', 'exported', 'filed')),
    -- Of a closed list: an outcome, a reference, a name of an operator.
    detail TEXT NOT NULL,
    words  BLOB,
    form   TEXT CHECK (form IN ('sealed', 'plain')),
    CHECK ((words IS NULL) = (form IS NULL))
) STRICT;

CREATE INDEX case_step_of ON case_step (alert, id);

-- The same person behind accounts of several devices, as those who opened their cases have said. The pseudonym is an
-- HMAC under a key that only recipients have.
CREATE TABLE person (
    device    INTEGER NOT NULL REFERENCES device,
    user      BLOB NOT NULL,
    pseudonym BLOB NOT NULL,
    said_at   INTEGER NOT NULL,
    said_by   TEXT NOT NULL,
    PRIMARY KEY (device, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX person_by_pseudonym ON person (pseudonym);
CREATE INDEX keyword_of_user ON keyword (user, occurred_at) WHERE user IS NOT NULL;

-- Cases that belong together; stands once for both, the older one first.
CREATE TABLE case_link (
    alert INTEGER NOT NULL REFERENCES alert,
    other INTEGER NOT NULL REFERENCES alert,
    why   TEXT NOT NULL CHECK (why IN ('same-person', 'same-incident')),
    PRIMARY KEY (alert, other),
    CHECK (alert < other)
) STRICT, WITHOUT ROWID;

-- A request to open content that needs a second person, or that did without one.
CREATE TABLE opening (
    id          INTEGER PRIMARY KEY,
    alert       INTEGER NOT NULL REFERENCES alert,
    purpose     TEXT NOT NULL CHECK (purpose IN ('read', 'export')),
    -- Id and name of the operator.
    asker       TEXT NOT NULL,
    asked_by    TEXT NOT NULL,
    asker_role  TEXT NOT NULL,
    asker_key   TEXT NOT NULL DEFAULT '',
    asked_at    INTEGER NOT NULL,
    -- Typed by whoever asks, for whoever approves or reviews. Says why, never who.
    reason      TEXT NOT NULL,
    -- Until when it may be approved, and used once it is.
    expires_at  INTEGER NOT NULL,
    approved_by TEXT,
    approved_at INTEGER,
    refused_at  INTEGER,
    broke_glass INTEGER NOT NULL DEFAULT 0 CHECK (broke_glass IN (0, 1)),
    -- A broken glass is looked at by the second person, by then.
    review_due  INTEGER,
    reviewed_by TEXT,
    reviewed_at INTEGER
) STRICT;

CREATE INDEX opening_of ON opening (alert, expires_at);
CREATE INDEX opening_to_review ON opening (review_due) WHERE review_due IS NOT NULL AND reviewed_at IS NULL;

-- Where two keys are needed: what each of the two has taken off, sealed to the other.
CREATE TABLE opening_half (
    opening INTEGER NOT NULL REFERENCES opening,
    event   INTEGER NOT NULL REFERENCES event,
    side    TEXT NOT NULL CHECK (side IN ('asker', 'approver')),
    partner TEXT NOT NULL,
    half    BLOB NOT NULL,
    PRIMARY KEY (opening, event, side, partner)
) STRICT, WITHOUT ROWID;

-- Exports for the child-protection file, numbered when their content is handed out. The copy here goes once one is
-- filed, after `delete_after`.
CREATE TABLE receipt (
    number       TEXT PRIMARY KEY,
    alert        INTEGER NOT NULL REFERENCES alert,
    made_at      INTEGER NOT NULL,
    made_by      TEXT NOT NULL,
    pdf_sha256   BLOB,
    json_sha256  BLOB,
    filed_at     INTEGER,
    filed_by     TEXT,
    delete_after INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX receipt_of ON receipt (alert);

-- What a mail tells of: the alert itself, or that the content of its case was opened by one person alone.
ALTER TABLE outbox ADD COLUMN notice TEXT NOT NULL DEFAULT 'alert';

-- The cases that there are.
INSERT INTO case_file (alert, category, subject, user, images, legal_hold)
SELECT alert.id, coalesce(first.category, ''), 'pupil', keyword.user,
       coalesce(first.category IN ('csa', 'sexual_images'), 0), coalesce(first.category IN ('csa', 'sexual_images'), 0)
FROM alert
LEFT JOIN event AS first ON first.id = (SELECT id FROM event WHERE event.alert = alert.id
                                        ORDER BY severity DESC, id LIMIT 1)
                        AND alert.id NOT IN (SELECT alert FROM lesson)
LEFT JOIN keyword ON keyword.event = first.id
WHERE alert.kind = 'safeguarding';
INSERT INTO case_step (alert, at, actor, step, detail)
SELECT id, acknowledged_at, acknowledged_by, 'acknowledged', '' FROM alert
WHERE kind = 'safeguarding' AND acknowledged_at IS NOT NULL AND acknowledged_by IS NOT NULL;
INSERT INTO case_step (alert, at, actor, step, detail)
SELECT id, closed_at, closed_by, 'closed', coalesce(outcome, '') FROM alert
WHERE kind = 'safeguarding' AND closed_at IS NOT NULL AND closed_by IS NOT NULL ORDER BY closed_at;
