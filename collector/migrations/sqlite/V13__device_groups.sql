-- Which devices belong together: the [[groups]] of their site's policy, by name. Written anew when a policy comes into
-- force and when a device gets another name or site, so that every list may ask for a group.

CREATE TABLE device_group (
    device INTEGER NOT NULL REFERENCES device,
    name   TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (device, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX device_group_by_name ON device_group (name, device);
