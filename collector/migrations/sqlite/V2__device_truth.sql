-- What thirteen probes find out: which of them opened a finding, more of each title and executable, media, what changed
-- on a device, and devices that left the school. Foreign keys are off while this runs, and checked before it is kept.

-- More ways of leaving: the table is made anew because SQLite cannot change a CHECK.
CREATE TABLE device_v2 (
    id             INTEGER PRIMARY KEY,
    uuid           BLOB NOT NULL UNIQUE,
    site           INTEGER NOT NULL REFERENCES site,
    name           TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('active', 'revoked', 'retired', 'lost')),
    enrolled_at    INTEGER NOT NULL,
    last_seen_at   INTEGER,
    agent_version  TEXT NOT NULL,
    policy_version INTEGER NOT NULL DEFAULT 0,
    -- When and why it was shut out, however it left.
    revoked_at     INTEGER,
    revoked_reason TEXT
) STRICT;

INSERT INTO device_v2
SELECT id, uuid, site, name, status, enrolled_at, last_seen_at, agent_version, policy_version, revoked_at, revoked_reason
FROM device;
DROP TABLE device;
ALTER TABLE device_v2 RENAME TO device;

-- The record of a disposal (B3).
CREATE TABLE disposal (
    device        INTEGER PRIMARY KEY REFERENCES device,
    disposed_at   INTEGER NOT NULL,
    authorised_by TEXT NOT NULL,
    how           TEXT NOT NULL,
    to_whom       TEXT NOT NULL,
    wiped         INTEGER NOT NULL CHECK (wiped IN (0, 1)),
    recorded_at   INTEGER NOT NULL,
    recorded_by   TEXT NOT NULL
) STRICT;

-- The record of a loss or theft (A7).
CREATE TABLE loss (
    device        INTEGER PRIMARY KEY REFERENCES device,
    lost_at       INTEGER NOT NULL,
    reported_by   TEXT NOT NULL,
    circumstances TEXT NOT NULL,
    recorded_at   INTEGER NOT NULL,
    recorded_by   TEXT NOT NULL
) STRICT;

-- When a probe last answered in full; without such an answer nobody can tell what is new.
ALTER TABLE reading ADD COLUMN whole_at INTEGER;
UPDATE reading SET whole_at = taken_at WHERE completeness = 'complete';

CREATE TABLE software_v2 (
    device       INTEGER NOT NULL REFERENCES device,
    name         TEXT NOT NULL,
    version      TEXT NOT NULL,
    architecture TEXT NOT NULL,
    source       TEXT NOT NULL,
    -- For whom it is installed; empty for the whole machine.
    user         TEXT NOT NULL DEFAULT '',
    -- What its list calls it.
    id           TEXT NOT NULL DEFAULT '',
    publisher    TEXT NOT NULL,
    kind         TEXT NOT NULL DEFAULT 'title',
    upgrade_code TEXT NOT NULL DEFAULT '',
    origin       TEXT NOT NULL DEFAULT '',
    section      TEXT NOT NULL DEFAULT '',
    installed_at INTEGER,
    size_bytes   INTEGER,
    last_used_at INTEGER,
    PRIMARY KEY (device, name, version, architecture, source, user, id)
) STRICT, WITHOUT ROWID;

INSERT INTO software_v2 (device, name, version, architecture, source, publisher, installed_at, size_bytes)
SELECT device, name, version, architecture, source, publisher, installed_at, size_bytes FROM software;
DROP TABLE software;
ALTER TABLE software_v2 RENAME TO software;
-- In the order of the list of the fleet, and with all that it takes: 2 million titles are not sorted for each page.
CREATE INDEX software_listed ON software (kind, name, version, source, publisher, device);

ALTER TABLE executable ADD COLUMN class TEXT;
ALTER TABLE executable ADD COLUMN signer TEXT;
ALTER TABLE executable ADD COLUMN removable INTEGER NOT NULL DEFAULT 0;
CREATE INDEX executable_by_digest ON executable (sha256, first_seen_at, device);
CREATE INDEX executable_by_first_seen ON executable (first_seen_at);

-- What a file says of itself; a claim, not a proof.
ALTER TABLE executable_facts ADD COLUMN company TEXT NOT NULL DEFAULT '';
ALTER TABLE executable_facts ADD COLUMN product TEXT NOT NULL DEFAULT '';
ALTER TABLE executable_facts ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE executable_facts ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE executable_facts ADD COLUMN original_name TEXT NOT NULL DEFAULT '';
ALTER TABLE executable_facts ADD COLUMN signer TEXT;
ALTER TABLE executable_facts ADD COLUMN class TEXT;

CREATE TABLE media_folder (
    device INTEGER NOT NULL REFERENCES device,
    path   TEXT NOT NULL,
    owner  TEXT NOT NULL,
    audio  INTEGER NOT NULL,
    video  INTEGER NOT NULL,
    bytes  INTEGER NOT NULL,
    -- Each ends its line, so that one without letters is one; none unless the policy asks for them.
    names  TEXT NOT NULL,
    PRIMARY KEY (device, path)
) STRICT, WITHOUT ROWID;

-- What changed on a device, for people to read.
CREATE TABLE change (
    id     INTEGER PRIMARY KEY,
    device INTEGER NOT NULL REFERENCES device,
    at     INTEGER NOT NULL,
    probe  TEXT NOT NULL,
    kind   TEXT NOT NULL CHECK (kind IN ('added', 'removed', 'updated', 'applied')),
    text   TEXT NOT NULL
) STRICT;

CREATE INDEX change_of_device ON change (device, at);

-- What else an event of a device says. Events about documents have no row here, and no text anywhere.
CREATE TABLE device_event (
    event   INTEGER PRIMARY KEY REFERENCES event,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL,
    -- Accounts that were logged in, one a line.
    users   TEXT NOT NULL
) STRICT;

-- Which probe opened a finding; empty for what the collector knows by itself. Two probes may judge one requirement, and
-- neither closes what the other opened.
ALTER TABLE finding ADD COLUMN source TEXT NOT NULL DEFAULT '';
UPDATE finding SET source = CASE requirement
    WHEN 'E1' THEN 'antivirus' WHEN 'A1.signatures' THEN 'antivirus'
    WHEN 'E2' THEN 'screen-lock' WHEN 'E4' THEN 'executables' ELSE '' END;
DROP INDEX finding_open;
CREATE UNIQUE INDEX finding_open ON finding (device, requirement, source, subject) WHERE closed_at IS NULL;
CREATE INDEX finding_listed ON finding (requirement, device, id) WHERE closed_at IS NULL;
