-- Licence audits: kept for ever, so that any two can be compared.

CREATE TABLE licence_audit (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    -- Day of the school's calendar, ISO 8601.
    day      TEXT NOT NULL,
    -- "weekly", or the operator who asked for it.
    asked_by TEXT NOT NULL
) STRICT;

CREATE INDEX licence_audit_by_time ON licence_audit (at);

-- What it found at every site, and at each: JSON of collector/src/licences/outcome. No personal data.
CREATE TABLE licence_audit_outcome (
    audit   INTEGER NOT NULL REFERENCES licence_audit,
    -- 0 for every site.
    site    INTEGER NOT NULL,
    -- How many titles meet C3, so that a list need not read the outcomes.
    met     INTEGER NOT NULL,
    not_met INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    result  TEXT NOT NULL,
    PRIMARY KEY (audit, site)
) STRICT, WITHOUT ROWID;

-- The devices behind every number: sets of device numbers in ascending order, each as its distance from the one before
-- (LEB128).
CREATE TABLE licence_audit_devices (
    audit   INTEGER NOT NULL REFERENCES licence_audit,
    -- Empty for the devices themselves: "counted", "stale", "silent", "gone".
    title   TEXT NOT NULL,
    -- "installed", "stale", "over", "unused", ... as in collector/src/licences.
    number  TEXT NOT NULL,
    devices BLOB NOT NULL,
    PRIMARY KEY (audit, title, number)
) STRICT, WITHOUT ROWID;

-- The audit that a mail brings; its site is outbox.site, NULL for every site.
ALTER TABLE outbox ADD COLUMN licence_audit INTEGER REFERENCES licence_audit;

-- What each probe answered last, and what is open at each device, without the words: counted for every device each time
-- that somebody looks at how the school stands.
CREATE INDEX reading_standing ON reading (device, probe, completeness, digest);
CREATE INDEX finding_standing ON finding (device, requirement, verdict, closed_at) WHERE closed_at IS NULL;
