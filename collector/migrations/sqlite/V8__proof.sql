-- What shows afterwards that everything went as it should: checkpoints of the audit chain, what was erased and what is
-- held, and the registers of data protection.

-- Lives of this database: a restore from a backup begins the next.
CREATE TABLE incarnation (
    number   INTEGER PRIMARY KEY,
    id       BLOB NOT NULL UNIQUE,
    began_at INTEGER NOT NULL,
    -- Last row of the audit chain when it began; what was after it before is lost.
    from_row INTEGER NOT NULL
) STRICT;

INSERT INTO incarnation (number, id, began_at, from_row) VALUES (1, randomblob(16), unixepoch() * 1000, 0);

-- Signed once a day: how far the audit chain has come.
CREATE TABLE checkpoint (
    id      INTEGER PRIMARY KEY,
    -- SHA-256 of what was signed.
    digest  BLOB NOT NULL UNIQUE,
    row     INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    -- In which life of this database.
    incarnation INTEGER NOT NULL REFERENCES incarnation,
    -- An encoded SignedCheckpoint.
    signed  BLOB NOT NULL
) STRICT;

-- Of a mail that carries a checkpoint.
ALTER TABLE outbox ADD COLUMN checkpoint INTEGER REFERENCES checkpoint;

-- Where the chain begins once its oldest rows were erased: the row of a checkpoint, which proves what follows.
CREATE TABLE audit_start (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    row    INTEGER NOT NULL,
    hash   BLOB NOT NULL,
    signed BLOB NOT NULL
) STRICT;

CREATE INDEX audit_by_subject ON audit (subject, n);

-- The keys that open what a device has sealed, taken off it and put under a key of the month that lies in a file beside
-- the database. `sealed.content` holds the rest. Without the row, or without the key of its month, nobody opens it.
CREATE TABLE wrap (
    event INTEGER PRIMARY KEY REFERENCES event,
    -- "2026-11".
    month TEXT NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE INDEX wrap_of_month ON wrap (month);

-- Somebody asked to lift the legal hold of a case; a second person does.
CREATE TABLE hold_release (
    alert    INTEGER PRIMARY KEY REFERENCES alert,
    asker    TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    reason   TEXT NOT NULL
) STRICT;

-- When the content of a case was erased, and why.
ALTER TABLE case_file ADD COLUMN erased_at INTEGER;
ALTER TABLE case_file ADD COLUMN erased_why TEXT;

-- What was erased, by class: no row names anybody.
CREATE TABLE purge (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    -- NULL for what belongs to no site.
    site      INTEGER REFERENCES site,
    class     TEXT NOT NULL,
    erased    INTEGER NOT NULL,
    -- Signature of the audit key over the line that stands in the audit chain.
    signature BLOB NOT NULL
) STRICT;

CREATE INDEX purge_by_time ON purge (at);

-- Requests of people about their data (D6, E10).
CREATE TABLE data_request (
    id          INTEGER PRIMARY KEY,
    -- "R26-0003".
    reference   TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL CHECK (kind IN ('access', 'erasure', 'correction', 'restriction', 'objection')),
    received_on TEXT NOT NULL,
    due_on      TEXT NOT NULL,
    -- In the school's own words, without a name: "request 4 in the office's book".
    note        TEXT NOT NULL,
    added_at    INTEGER NOT NULL,
    added_by    TEXT NOT NULL,
    extended_on TEXT,
    extended_by TEXT,
    extended_why TEXT,
    closed_on   TEXT,
    closed_by   TEXT,
    outcome     TEXT
) STRICT;

-- To whom something about a case was disclosed (E10).
CREATE TABLE disclosure (
    id         INTEGER PRIMARY KEY,
    alert      INTEGER NOT NULL REFERENCES alert,
    on_day     TEXT NOT NULL,
    -- An office, not a person: "children's social care".
    recipient  TEXT NOT NULL,
    what       TEXT NOT NULL,
    basis      TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    reason     TEXT NOT NULL,
    added_at   INTEGER NOT NULL,
    added_by   TEXT NOT NULL
) STRICT;

CREATE INDEX disclosure_of ON disclosure (alert);
