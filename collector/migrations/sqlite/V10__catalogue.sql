-- What the raw names of software lists and files stand for. A name that the catalogue does not know is a title of its
-- own, so that it is counted like all others.
CREATE TABLE title (
    id        INTEGER PRIMARY KEY,
    -- "microsoft-office"; "?" and a digest for what the catalogue does not know.
    slug      TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    publisher TEXT NOT NULL,
    -- One word, as in collector/src/catalogue; empty for what it does not know.
    category  TEXT NOT NULL,
    licensing TEXT NOT NULL,
    -- Slug of the suite that it is a member of; empty for none.
    suite     TEXT NOT NULL,
    known     INTEGER NOT NULL CHECK (known IN (0, 1))
) STRICT;

CREATE INDEX title_listed ON title (name COLLATE NOCASE, id);

-- One row a title and device, however many lists, users and architectures have it there.
CREATE TABLE installation (
    title        INTEGER NOT NULL REFERENCES title,
    device       INTEGER NOT NULL REFERENCES device,
    -- Of the newest copy: "standard", "2019". Empty where the catalogue does not tell them apart.
    edition      TEXT NOT NULL,
    major        TEXT NOT NULL,
    -- How many accounts have a copy of their own; 0 for one that is the machine's.
    users        INTEGER NOT NULL,
    -- "list", "file" (an executable that no package owns), "both".
    evidence     TEXT NOT NULL,
    installed_at INTEGER,
    -- Absent is not "never".
    last_used_at INTEGER,
    PRIMARY KEY (title, device)
) STRICT, WITHOUT ROWID;

CREATE INDEX installation_of_device ON installation (device, title);

-- How many active devices of a site have a title. Kept by the triggers below and by nothing else.
CREATE TABLE title_count (
    title   INTEGER NOT NULL REFERENCES title,
    site    INTEGER NOT NULL REFERENCES site,
    devices INTEGER NOT NULL,
    PRIMARY KEY (title, site)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER installation_came AFTER INSERT ON installation BEGIN
    INSERT INTO title_count (title, site, devices)
    SELECT new.title, site, 1 FROM device WHERE id = new.device AND status = 'active'
    ON CONFLICT DO UPDATE SET devices = devices + 1;
END;

CREATE TRIGGER installation_went AFTER DELETE ON installation BEGIN
    UPDATE title_count SET devices = devices - 1
    WHERE title = old.title AND site = (SELECT site FROM device WHERE id = old.device AND status = 'active');
END;

CREATE TRIGGER device_changed AFTER UPDATE OF status, site ON device
WHEN old.status IS NOT new.status OR old.site IS NOT new.site BEGIN
    UPDATE title_count SET devices = devices - 1
    WHERE old.status = 'active' AND site = old.site
      AND title IN (SELECT title FROM installation WHERE device = old.id);
    INSERT INTO title_count (title, site, devices)
    SELECT title, new.site, 1 FROM installation WHERE device = new.id AND new.status = 'active'
    ON CONFLICT DO UPDATE SET devices = devices + 1;
END;

-- The catalogue by which the rows above were made; another one is replayed over everything stored.
CREATE TABLE catalogue_state (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    digest      BLOB NOT NULL,
    replayed_at INTEGER NOT NULL
) STRICT;

-- How many active devices of a site have a title as its list states it. Kept by the triggers below and by nothing else,
-- so that the list of the fleet's titles reads thousands of rows and not one for each title and device.
CREATE TABLE software_count (
    name      TEXT NOT NULL,
    version   TEXT NOT NULL,
    source    TEXT NOT NULL,
    publisher TEXT NOT NULL,
    site      INTEGER NOT NULL REFERENCES site,
    devices   INTEGER NOT NULL,
    PRIMARY KEY (name, version, source, publisher, site)
) STRICT, WITHOUT ROWID;

INSERT INTO software_count (name, version, source, publisher, site, devices)
SELECT s.name, s.version, s.source, s.publisher, d.site, count(DISTINCT s.device)
FROM software s JOIN device d ON d.id = s.device
WHERE s.kind = 'title' AND d.status = 'active' GROUP BY 1, 2, 3, 4, 5;
DROP INDEX software_listed;

-- A device may have a title more than once: for several people or architectures. The first counts it, the last takes
-- it away.
CREATE TRIGGER software_came AFTER INSERT ON software
WHEN new.kind = 'title' AND NOT EXISTS (
    SELECT 1 FROM software WHERE device = new.device AND name = new.name AND version = new.version
        AND source = new.source AND publisher = new.publisher AND kind = 'title'
        AND (architecture, user, id) <> (new.architecture, new.user, new.id)) BEGIN
    INSERT INTO software_count (name, version, source, publisher, site, devices)
    SELECT new.name, new.version, new.source, new.publisher, site, 1 FROM device
    WHERE id = new.device AND status = 'active'
    ON CONFLICT DO UPDATE SET devices = devices + 1;
END;

CREATE TRIGGER software_went AFTER DELETE ON software
WHEN old.kind = 'title' AND NOT EXISTS (
    SELECT 1 FROM software WHERE device = old.device AND name = old.name AND version = old.version
        AND source = old.source AND publisher = old.publisher AND kind = 'title') BEGIN
    UPDATE software_count SET devices = devices - 1
    WHERE name = old.name AND version = old.version AND source = old.source AND publisher = old.publisher
      AND site = (SELECT site FROM device WHERE id = old.device AND status = 'active');
    DELETE FROM software_count
    WHERE name = old.name AND version = old.version AND source = old.source AND publisher = old.publisher AND devices = 0;
END;

CREATE TRIGGER software_changed AFTER UPDATE OF device, name, version, source, publisher, kind ON software
WHEN (old.device, old.name, old.version, old.source, old.publisher, old.kind)
    <> (new.device, new.name, new.version, new.source, new.publisher, new.kind) BEGIN
    UPDATE software_count SET devices = devices - 1
    WHERE old.kind = 'title' AND name = old.name AND version = old.version AND source = old.source
      AND publisher = old.publisher AND site = (SELECT site FROM device WHERE id = old.device AND status = 'active')
      AND NOT EXISTS (SELECT 1 FROM software s WHERE s.device = old.device AND s.name = old.name
          AND s.version = old.version AND s.source = old.source AND s.publisher = old.publisher AND s.kind = 'title');
    DELETE FROM software_count
    WHERE name = old.name AND version = old.version AND source = old.source AND publisher = old.publisher AND devices = 0;
    INSERT INTO software_count (name, version, source, publisher, site, devices)
    SELECT new.name, new.version, new.source, new.publisher, site, 1 FROM device
    WHERE new.kind = 'title' AND id = new.device AND status = 'active'
      AND NOT EXISTS (SELECT 1 FROM software s WHERE s.device = new.device AND s.name = new.name
          AND s.version = new.version AND s.source = new.source AND s.publisher = new.publisher AND s.kind = 'title'
          AND (s.architecture, s.user, s.id) <> (new.architecture, new.user, new.id))
    ON CONFLICT DO UPDATE SET devices = devices + 1;
END;

CREATE TRIGGER device_changed_software AFTER UPDATE OF status, site ON device
WHEN old.status IS NOT new.status OR old.site IS NOT new.site BEGIN
    UPDATE software_count SET devices = devices - 1
    WHERE old.status = 'active' AND site = old.site AND (name, version, source, publisher) IN
        (SELECT name, version, source, publisher FROM software WHERE device = old.id AND kind = 'title');
    DELETE FROM software_count
    WHERE devices = 0 AND (name, version, source, publisher) IN
        (SELECT name, version, source, publisher FROM software WHERE device = old.id AND kind = 'title');
    INSERT INTO software_count (name, version, source, publisher, site, devices)
    SELECT DISTINCT name, version, source, publisher, new.site, 1 FROM software
    WHERE device = new.id AND kind = 'title' AND new.status = 'active'
    ON CONFLICT DO UPDATE SET devices = devices + 1;
END;

-- What devices have a part in: their site, and the whole estate, which is 0. None for those that left.
CREATE VIEW device_scope AS
SELECT id AS device, site AS scope FROM device WHERE status = 'active'
UNION ALL SELECT id, 0 FROM device WHERE status = 'active';

-- Each content of executables once for each scope that has it: where it was first seen, and on how many devices it is.
-- Kept by the triggers below and by nothing else.
CREATE TABLE content (
    scope         INTEGER NOT NULL,
    sha256        BLOB NOT NULL,
    -- The earliest place; of several, the one on the oldest device.
    first_seen_at INTEGER NOT NULL,
    device        INTEGER NOT NULL REFERENCES device,
    path          TEXT NOT NULL,
    size_bytes    INTEGER NOT NULL,
    format        TEXT NOT NULL,
    class         TEXT,
    signer        TEXT,
    devices       INTEGER NOT NULL,
    PRIMARY KEY (scope, sha256)
) STRICT, WITHOUT ROWID;

CREATE INDEX content_listed ON content (scope, first_seen_at DESC, sha256);
CREATE INDEX executable_held ON executable (device, sha256);

INSERT INTO content
SELECT s.scope, e.sha256, e.first_seen_at, e.device, e.path, e.size_bytes, e.format, e.class, e.signer, 0
FROM executable e JOIN device_scope s ON s.device = e.device WHERE TRUE
ON CONFLICT DO UPDATE SET first_seen_at = excluded.first_seen_at, device = excluded.device, path = excluded.path,
    size_bytes = excluded.size_bytes, format = excluded.format, class = excluded.class, signer = excluded.signer
    WHERE (excluded.first_seen_at, excluded.device, excluded.path) < (first_seen_at, device, path);
UPDATE content SET devices = (SELECT count(DISTINCT e.device) FROM executable e JOIN device d ON d.id = e.device
    WHERE e.sha256 = content.sha256 AND d.status = 'active' AND content.scope IN (0, d.site));

CREATE TRIGGER executable_came AFTER INSERT ON executable BEGIN
    INSERT INTO content
    SELECT s.scope, new.sha256, new.first_seen_at, new.device, new.path, new.size_bytes, new.format, new.class,
        new.signer, 0
    FROM device_scope s WHERE s.device = new.device
    ON CONFLICT DO UPDATE SET first_seen_at = excluded.first_seen_at, device = excluded.device, path = excluded.path,
        size_bytes = excluded.size_bytes, format = excluded.format, class = excluded.class, signer = excluded.signer
        WHERE (excluded.first_seen_at, excluded.device, excluded.path) < (first_seen_at, device, path);
    UPDATE content SET devices = devices + 1
    WHERE sha256 = new.sha256 AND scope IN (SELECT s.scope FROM device_scope s WHERE s.device = new.device)
      AND NOT EXISTS (SELECT 1 FROM executable e WHERE e.device = new.device AND e.sha256 = new.sha256
          AND e.path <> new.path);
END;

CREATE TRIGGER executable_went AFTER DELETE ON executable BEGIN
    UPDATE content SET devices = devices - 1
    WHERE sha256 = old.sha256 AND scope IN (SELECT s.scope FROM device_scope s WHERE s.device = old.device)
      AND NOT EXISTS (SELECT 1 FROM executable e WHERE e.device = old.device AND e.sha256 = old.sha256);
    DELETE FROM content
    WHERE sha256 = old.sha256 AND scope IN (SELECT s.scope FROM device_scope s WHERE s.device = old.device)
      AND devices = 0;
    UPDATE content SET (first_seen_at, device, path, size_bytes, format, class, signer) =
        (SELECT e.first_seen_at, e.device, e.path, e.size_bytes, e.format, e.class, e.signer
         FROM executable e CROSS JOIN device d ON d.id = e.device AND d.status = 'active' AND content.scope IN (0, d.site)
         WHERE e.sha256 = old.sha256 ORDER BY e.first_seen_at, e.device, e.path LIMIT 1)
    WHERE sha256 = old.sha256 AND scope IN (SELECT s.scope FROM device_scope s WHERE s.device = old.device)
      AND device = old.device AND path = old.path;
END;

-- Another content under a path, or the same one told anew: as if it had gone and come.
CREATE TRIGGER executable_changed
AFTER UPDATE OF device, path, sha256, first_seen_at, size_bytes, format, class, signer ON executable
WHEN (old.device, old.path, old.sha256, old.first_seen_at, old.size_bytes, old.format)
    <> (new.device, new.path, new.sha256, new.first_seen_at, new.size_bytes, new.format)
    OR old.class IS NOT new.class OR old.signer IS NOT new.signer BEGIN
    UPDATE content SET devices = devices - 1
    WHERE sha256 = old.sha256 AND scope IN (SELECT s.scope FROM device_scope s WHERE s.device = old.device)
      AND (old.device, old.sha256) <> (new.device, new.sha256)
      AND NOT EXISTS (SELECT 1 FROM executable e WHERE e.device = old.device AND e.sha256 = old.sha256);
    DELETE FROM content
    WHERE sha256 = old.sha256 AND scope IN (SELECT s.scope FROM device_scope s WHERE s.device = old.device)
      AND devices = 0;
    UPDATE content SET (first_seen_at, device, path, size_bytes, format, class, signer) =
        (SELECT e.first_seen_at, e.device, e.path, e.size_bytes, e.format, e.class, e.signer
         FROM executable e CROSS JOIN device d ON d.id = e.device AND d.status = 'active' AND content.scope IN (0, d.site)
         WHERE e.sha256 = old.sha256 ORDER BY e.first_seen_at, e.device, e.path LIMIT 1)
    WHERE sha256 = old.sha256 AND scope IN (SELECT s.scope FROM device_scope s WHERE s.device = old.device)
      AND device = old.device AND path = old.path;
    INSERT INTO content
    SELECT s.scope, new.sha256, new.first_seen_at, new.device, new.path, new.size_bytes, new.format, new.class,
        new.signer, 0
    FROM device_scope s WHERE s.device = new.device
    ON CONFLICT DO UPDATE SET first_seen_at = excluded.first_seen_at, device = excluded.device, path = excluded.path,
        size_bytes = excluded.size_bytes, format = excluded.format, class = excluded.class, signer = excluded.signer
        WHERE (excluded.first_seen_at, excluded.device, excluded.path) < (first_seen_at, device, path);
    UPDATE content SET devices = devices + 1
    WHERE sha256 = new.sha256 AND scope IN (SELECT s.scope FROM device_scope s WHERE s.device = new.device)
      AND (old.device, old.sha256) <> (new.device, new.sha256)
      AND NOT EXISTS (SELECT 1 FROM executable e WHERE e.device = new.device AND e.sha256 = new.sha256
          AND e.path <> new.path);
END;

CREATE TRIGGER device_changed_content AFTER UPDATE OF status, site ON device
WHEN old.status IS NOT new.status OR old.site IS NOT new.site BEGIN
    UPDATE content SET devices = devices - 1
    WHERE old.status = 'active' AND scope IN (0, old.site)
      AND sha256 IN (SELECT e.sha256 FROM executable e WHERE e.device = old.id);
    DELETE FROM content
    WHERE devices = 0 AND scope IN (0, old.site)
      AND sha256 IN (SELECT e.sha256 FROM executable e WHERE e.device = old.id);
    UPDATE content SET (first_seen_at, device, path, size_bytes, format, class, signer) =
        (SELECT e.first_seen_at, e.device, e.path, e.size_bytes, e.format, e.class, e.signer
         FROM executable e CROSS JOIN device d ON d.id = e.device AND d.status = 'active' AND content.scope IN (0, d.site)
         WHERE e.sha256 = content.sha256 ORDER BY e.first_seen_at, e.device, e.path LIMIT 1)
    WHERE device = old.id AND scope IN (0, old.site)
      AND sha256 IN (SELECT e.sha256 FROM executable e WHERE e.device = old.id);
    INSERT INTO content
    SELECT s.scope, e.sha256, e.first_seen_at, e.device, e.path, e.size_bytes, e.format, e.class, e.signer, 0
    FROM executable e CROSS JOIN device_scope s ON s.device = e.device WHERE e.device = new.id
    ON CONFLICT DO UPDATE SET first_seen_at = excluded.first_seen_at, device = excluded.device, path = excluded.path,
        size_bytes = excluded.size_bytes, format = excluded.format, class = excluded.class, signer = excluded.signer
        WHERE (excluded.first_seen_at, excluded.device, excluded.path) < (first_seen_at, device, path);
    UPDATE content SET devices = devices + 1
    WHERE new.status = 'active' AND scope IN (0, new.site)
      AND sha256 IN (SELECT e.sha256 FROM executable e WHERE e.device = new.id);
END;
