-- What else an event about a text says. There is no column that could hold a word of it.
CREATE TABLE keyword (
    event        INTEGER PRIMARY KEY REFERENCES event,
    site         INTEGER NOT NULL REFERENCES site,
    -- By the collector's clock, as in the event.
    occurred_at  INTEGER NOT NULL,
    topic        TEXT NOT NULL,
    -- 'documents', 'searches', 'titles', 'addresses'.
    source       TEXT NOT NULL,
    -- Keyed hash of an account, under a key that never leaves the device.
    user         BLOB,
    times        INTEGER NOT NULL,
    help_seeking INTEGER NOT NULL CHECK (help_seeking IN (0, 1)),
    -- How the severity came about: 'base 3, intent 1, study -2'. Words of a closed list.
    score        TEXT NOT NULL
) STRICT;

CREATE INDEX keyword_of_topic ON keyword (site, topic, occurred_at);

-- Several people who met rules of one topic within minutes: one alert for all of them.
CREATE TABLE lesson (
    alert    INTEGER PRIMARY KEY REFERENCES alert,
    site     INTEGER NOT NULL REFERENCES site,
    topic    TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX lesson_of_topic ON lesson (site, topic, last_at);
