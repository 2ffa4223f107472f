-- Canaries: devices that are asked to prove that their alerts arrive, and how far each answer has come.
CREATE TABLE canary_run (
    id       INTEGER PRIMARY KEY,
    asked_at INTEGER NOT NULL,
    asked_by TEXT NOT NULL,
    -- Until then a device may answer.
    ends_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE canary (
    id         INTEGER PRIMARY KEY,
    run        INTEGER NOT NULL REFERENCES canary_run,
    device     INTEGER NOT NULL REFERENCES device,
    -- The question: 16 random bytes. An answer that names another is what somebody wrote.
    nonce      BLOB NOT NULL UNIQUE,
    -- When a greeting of the device first carried it.
    told_at    INTEGER,
    event      INTEGER REFERENCES event,
    arrived_at INTEGER,
    alert      INTEGER REFERENCES alert,
    proven_at  INTEGER,
    -- The row of the audit chain that says so.
    audit      INTEGER REFERENCES audit,
    UNIQUE (run, device)
) STRICT;

CREATE INDEX canary_of_device ON canary (device, id);
CREATE INDEX canary_of_alert ON canary (alert) WHERE alert IS NOT NULL;

-- A case that a canary has opened: it counts nowhere.
ALTER TABLE alert ADD COLUMN canary INTEGER NOT NULL DEFAULT 0 CHECK (canary IN (0, 1));

-- Of which site a mail tells that tells of no alert.
ALTER TABLE outbox ADD COLUMN site INTEGER REFERENCES site;

-- When the weekly mail about watching itself was queued last.
CREATE TABLE weekly (
    site INTEGER PRIMARY KEY REFERENCES site,
    at   INTEGER NOT NULL
) STRICT;
