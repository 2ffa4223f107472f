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
