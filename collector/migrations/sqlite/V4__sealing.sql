-- The people whom devices seal for, as the safeguarding root signed them: names, offices and public keys, which open
-- nothing. Versions only rise, and all of them belong to one root.
CREATE TABLE recipients (
    version      INTEGER PRIMARY KEY,
    -- SHA-256 of what was signed.
    digest       BLOB NOT NULL UNIQUE,
    -- SHA-256 of the root's public key.
    root         BLOB NOT NULL,
    signed       BLOB NOT NULL,
    published_at INTEGER NOT NULL,
    published_by TEXT NOT NULL
) STRICT;

-- What a device has sealed with an event. Nothing here opens it.
CREATE TABLE sealed (
    event       INTEGER PRIMARY KEY REFERENCES event,
    -- SHA-256 of the device's certificate, whose key has signed.
    certificate BLOB NOT NULL,
    -- SHA-256 of the recipients that it was sealed for.
    recipients  BLOB NOT NULL,
    content     BLOB NOT NULL
) STRICT;

-- Why nothing was sealed: 'older', 'no-root', 'no-recipients', 'nobody', 'failed'; NULL where something was.
ALTER TABLE keyword ADD COLUMN unsealed TEXT DEFAULT 'older';
ALTER TABLE keyword ADD COLUMN subject TEXT NOT NULL DEFAULT 'pupil' CHECK (subject IN ('pupil', 'staff'));
-- Offices of the subject, among those who would hear of it: 'head', or 'deputy head'.
ALTER TABLE keyword ADD COLUMN conflict TEXT NOT NULL DEFAULT '';

-- Certificates of devices, whole: a seal is proven long after they have ended.
CREATE TABLE device_certificate (
    fingerprint BLOB PRIMARY KEY,
    device      INTEGER NOT NULL REFERENCES device,
    der         BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The root that a device knows, and the recipients that it seals for, as it said last.
ALTER TABLE device ADD COLUMN root BLOB;
ALTER TABLE device ADD COLUMN recipients BLOB;
