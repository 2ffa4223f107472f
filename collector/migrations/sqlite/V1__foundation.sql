-- Times are milliseconds since 1970, identifiers and digests are bytes. A device is a small integer everywhere but in
-- its own row, so that the rows of one device lie together.

CREATE TABLE site (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE
) STRICT;

CREATE TABLE policy (
    site       INTEGER NOT NULL REFERENCES site,
    version    INTEGER NOT NULL,
    toml       TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    applied_by TEXT NOT NULL,
    PRIMARY KEY (site, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    hash       BLOB PRIMARY KEY,
    site       INTEGER NOT NULL REFERENCES site,
    max_uses   INTEGER NOT NULL,
    uses       INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    id             INTEGER PRIMARY KEY,
    uuid           BLOB NOT NULL UNIQUE,
    site           INTEGER NOT NULL REFERENCES site,
    name           TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('active', 'revoked')),
    enrolled_at    INTEGER NOT NULL,
    last_seen_at   INTEGER,
    agent_version  TEXT NOT NULL,
    policy_version INTEGER NOT NULL DEFAULT 0,
    revoked_at     INTEGER,
    revoked_reason TEXT
) STRICT;

-- Every certificate ever issued. A device may hold two while it renews.
CREATE TABLE certificate (
    serial    BLOB PRIMARY KEY,
    device    INTEGER NOT NULL REFERENCES device,
    issued_at INTEGER NOT NULL,
    ends_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX certificate_of_device ON certificate (device, ends_at);

-- One unbroken history of a device's spool.
CREATE TABLE epoch (
    id         INTEGER PRIMARY KEY,
    device     INTEGER NOT NULL REFERENCES device,
    uuid       BLOB NOT NULL,
    previous   BLOB,
    reason     TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    UNIQUE (device, uuid)
) STRICT;

-- How far each stream has come: everything up to here is stored, and never stored again.
CREATE TABLE mark (
    epoch      INTEGER NOT NULL REFERENCES epoch,
    stream     INTEGER NOT NULL,
    high_water INTEGER NOT NULL,
    PRIMARY KEY (epoch, stream)
) STRICT, WITHOUT ROWID;

-- What arrived under each number. A second content under the same number is an equivocation.
CREATE TABLE record (
    epoch       INTEGER NOT NULL REFERENCES epoch,
    stream      INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    hash        BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (epoch, stream, seq)
) STRICT, WITHOUT ROWID;

-- Numbers that a device gave up.
CREATE TABLE gap (
    epoch  INTEGER NOT NULL REFERENCES epoch,
    stream INTEGER NOT NULL,
    first  INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (epoch, stream, first)
) STRICT, WITHOUT ROWID;

-- Records that this version cannot read, kept as they came so that a later version can.
CREATE TABLE quarantine (
    epoch       INTEGER NOT NULL REFERENCES epoch,
    stream      INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    envelope    BLOB NOT NULL,
    reason      TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (epoch, stream, seq)
) STRICT, WITHOUT ROWID;

-- The newest reading of each probe. `facts` is the encoded message of the last reading that had any.
CREATE TABLE reading (
    device       INTEGER NOT NULL REFERENCES device,
    probe        TEXT NOT NULL,
    completeness TEXT NOT NULL,
    reason       TEXT NOT NULL,
    taken_at     INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    digest       BLOB,
    facts        BLOB,
    PRIMARY KEY (device, probe)
) STRICT, WITHOUT ROWID;

CREATE TABLE software (
    device       INTEGER NOT NULL REFERENCES device,
    name         TEXT NOT NULL,
    version      TEXT NOT NULL,
    architecture TEXT NOT NULL,
    source       TEXT NOT NULL,
    publisher    TEXT NOT NULL,
    installed_at INTEGER,
    size_bytes   INTEGER,
    PRIMARY KEY (device, name, version, architecture, source)
) STRICT, WITHOUT ROWID;

CREATE INDEX software_by_name ON software (name, version);

CREATE TABLE executable (
    device        INTEGER NOT NULL REFERENCES device,
    path          TEXT NOT NULL,
    sha256        BLOB NOT NULL,
    size_bytes    INTEGER NOT NULL,
    modified_at   INTEGER NOT NULL,
    owner         TEXT NOT NULL,
    format        TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL,
    PRIMARY KEY (device, path)
) STRICT, WITHOUT ROWID;

-- What is true of an executable's bytes, once for the fleet.
CREATE TABLE executable_facts (
    sha256     BLOB PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    format     TEXT NOT NULL,
    runs_on    TEXT NOT NULL,
    file_name  TEXT NOT NULL,
    first_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE agent_cost (
    device         INTEGER PRIMARY KEY REFERENCES device,
    resident_bytes INTEGER NOT NULL,
    processor_ms   INTEGER NOT NULL,
    spool_bytes    INTEGER NOT NULL,
    uptime_ms      INTEGER NOT NULL,
    received_at    INTEGER NOT NULL
) STRICT;

-- Keyword and tamper events. There is no column that could hold text of a document.
CREATE TABLE event (
    id             INTEGER PRIMARY KEY,
    epoch          INTEGER NOT NULL REFERENCES epoch,
    stream         INTEGER NOT NULL,
    seq            INTEGER NOT NULL,
    device         INTEGER NOT NULL REFERENCES device,
    kind           TEXT NOT NULL,
    rule           TEXT,
    category       TEXT,
    severity       INTEGER,
    document       BLOB,
    occurred_at    INTEGER NOT NULL,
    -- How sure the time is: 'exact', 'bounded', 'unknown'.
    time_certainty TEXT NOT NULL,
    received_at    INTEGER NOT NULL,
    alert          INTEGER REFERENCES alert,
    UNIQUE (epoch, stream, seq)
) STRICT;

CREATE INDEX event_of_alert ON event (alert);

-- The difference between policy and readings. At most one is open for each device, requirement and subject.
CREATE TABLE finding (
    id          INTEGER PRIMARY KEY,
    device      INTEGER NOT NULL REFERENCES device,
    requirement TEXT NOT NULL,
    subject     TEXT NOT NULL,
    verdict     TEXT NOT NULL CHECK (verdict IN ('fails', 'unknown')),
    summary     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    remedy      TEXT NOT NULL,
    opened_at   INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    closed_at   INTEGER
) STRICT;

CREATE UNIQUE INDEX finding_open ON finding (device, requirement, subject) WHERE closed_at IS NULL;
CREATE INDEX finding_by_requirement ON finding (requirement, closed_at);

CREATE TABLE alert (
    id              INTEGER PRIMARY KEY,
    -- '26-0001': the year at the school, and a number that begins anew each year.
    reference       TEXT NOT NULL UNIQUE,
    kind            TEXT NOT NULL CHECK (kind IN ('safeguarding', 'device')),
    severity        INTEGER NOT NULL,
    site            INTEGER NOT NULL REFERENCES site,
    device          INTEGER NOT NULL REFERENCES device,
    about           TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('new', 'acknowledged', 'closed')),
    raised_at       INTEGER NOT NULL,
    acknowledged_at INTEGER,
    acknowledged_by TEXT,
    closed_at       INTEGER,
    closed_by       TEXT,
    outcome         TEXT
) STRICT;

CREATE INDEX alert_by_state ON alert (state, raised_at);
CREATE INDEX alert_of_device ON alert (device, raised_at);

-- Mail that must go out. Written together with its cause; the text is made when it is sent.
CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY,
    alert        INTEGER NOT NULL REFERENCES alert,
    role         TEXT NOT NULL,
    address      TEXT NOT NULL,
    message_id   TEXT NOT NULL UNIQUE,
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    next_at      INTEGER NOT NULL,
    leased_until INTEGER,
    sent_at      INTEGER,
    last_error   TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX outbox_due ON outbox (state, next_at);
CREATE INDEX outbox_of_alert ON outbox (alert);

-- Every change, linked to the one before: hash = SHA-256(previous hash, then this row's fields).
CREATE TABLE audit (
    n             INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    actor         TEXT NOT NULL,
    action        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    detail        TEXT NOT NULL,
    previous_hash BLOB NOT NULL,
    hash          BLOB NOT NULL
) STRICT;
