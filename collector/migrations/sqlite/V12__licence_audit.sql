-- Licence audits: kept for ever, so that any two can be compared.

CREATE TABLE licence_audit (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    -- NULL for one of every site.
    site     INTEGER REFERENCES site,
    -- "weekly", or the operator who asked for it.
    asked_by TEXT NOT NULL,
    -- The outcome, as JSON of collector/src/licences: what was owned and installed, title by title. No personal data.
    result   TEXT NOT NULL
) STRICT;

CREATE INDEX licence_audit_by_time ON licence_audit (at);

-- The devices behind every number: sets of device numbers in ascending order, each as its distance from the one before
-- (LEB128).
CREATE TABLE licence_audit_devices (
    audit   INTEGER NOT NULL REFERENCES licence_audit,
    title   TEXT NOT NULL,
    -- "installed", "stale", "over", "unused", ... as in collector/src/licences.
    number  TEXT NOT NULL,
    devices BLOB NOT NULL,
    PRIMARY KEY (audit, title, number)
) STRICT, WITHOUT ROWID;

-- What each probe answered last, and what is open at each device, without the words: counted for every device each time
-- that somebody looks at how the school stands.
CREATE INDEX reading_standing ON reading (device, probe, completeness, digest);
CREATE INDEX finding_standing ON finding (device, requirement, verdict, closed_at) WHERE closed_at IS NULL;
