-- People who may ask and act from their own machines. A row is never removed: the audit chain speaks of them.
CREATE TABLE operator (
    id             INTEGER PRIMARY KEY,
    uuid           BLOB NOT NULL UNIQUE,
    name           TEXT NOT NULL COLLATE NOCASE,
    role           TEXT NOT NULL CHECK (role IN ('network-manager', 'safeguarding-lead', 'deputy', 'head', 'chair',
                       'governor', 'business-manager', 'technician', 'auditor')),
    email          TEXT NOT NULL,
    -- No row in operator_site means all sites only where this says so: sites that are gone must not open the others.
    all_sites      INTEGER NOT NULL CHECK (all_sites IN (0, 1)),
    added_at       INTEGER NOT NULL,
    added_by       TEXT NOT NULL,
    revoked_at     INTEGER,
    revoked_by     TEXT,
    revoked_reason TEXT
) STRICT;

-- Two people with access never share a name.
CREATE UNIQUE INDEX operator_with_access ON operator (name) WHERE revoked_at IS NULL;

CREATE TABLE operator_site (
    operator INTEGER NOT NULL REFERENCES operator,
    site     INTEGER NOT NULL REFERENCES site,
    PRIMARY KEY (operator, site)
) STRICT, WITHOUT ROWID;

-- Every certificate ever issued to an operator. One that was logged out of ends then.
CREATE TABLE operator_certificate (
    serial    BLOB PRIMARY KEY,
    operator  INTEGER NOT NULL REFERENCES operator,
    issued_at INTEGER NOT NULL,
    ends_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX certificate_of_operator ON operator_certificate (operator, ends_at);

-- Codes that let an operator in once. Only the hash of the secret is kept.
CREATE TABLE login_code (
    hash       BLOB PRIMARY KEY,
    operator   INTEGER NOT NULL REFERENCES operator,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;
