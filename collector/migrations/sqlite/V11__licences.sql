-- What a school has bought, what it has allowed, and what it has decided to live with. Days are ISO 8601 dates of the
-- school's calendar, money is pence.

CREATE TABLE licence (
    -- "L-0001" in front of people.
    id           INTEGER PRIMARY KEY,
    -- Slug of a title or of a suite. No reference: a licence may be kept for what nobody has installed.
    title        TEXT NOT NULL,
    -- As it was written: shown, and looked up again, while the catalogue has no title of that slug.
    title_name   TEXT NOT NULL,
    -- Of the product: "2019" covers that version and older ones. Empty for every version, and every edition.
    version      TEXT NOT NULL,
    edition      TEXT NOT NULL,
    -- What is counted, and for how long it is owned: as in collector/src/licences/model.rs.
    metric       TEXT NOT NULL,
    term         TEXT NOT NULL,
    -- NULL where the metric does not count.
    quantity     INTEGER CHECK (quantity >= 0),
    -- NULL for all sites.
    site         INTEGER REFERENCES site,
    -- Room for a concurrent licence, group or phase of a school else; empty for none.
    place        TEXT NOT NULL,
    starts_on    TEXT,
    -- The last day. NULL for one that does not end.
    ends_on      TEXT,
    -- Until when it must be given notice.
    notice_on    TEXT,
    -- For the whole term, or for a year of a subscription.
    cost_pence   INTEGER CHECK (cost_pence >= 0),
    supplier     TEXT NOT NULL,
    order_ref    TEXT NOT NULL,
    proof_holder TEXT NOT NULL,
    note         TEXT NOT NULL,
    added_at     INTEGER NOT NULL,
    added_by     TEXT NOT NULL,
    changed_at   INTEGER NOT NULL,
    -- No longer in the register, for this reason. Rows are never deleted: an audit of the past names them.
    removed_at   INTEGER,
    removed_why  TEXT
) STRICT;

CREATE INDEX licence_of_title ON licence (title, id);

-- Who or what a seat of a licence was given to.
CREATE TABLE licence_seat (
    licence    INTEGER NOT NULL REFERENCES licence,
    -- A device, or the name of a person's account.
    device     INTEGER REFERENCES device,
    account    TEXT,
    given_at   INTEGER NOT NULL,
    given_by   TEXT NOT NULL,
    CHECK ((device IS NULL) <> (account IS NULL))
) STRICT;

CREATE UNIQUE INDEX licence_seat_of_device ON licence_seat (licence, device) WHERE device IS NOT NULL;
CREATE UNIQUE INDEX licence_seat_of_account ON licence_seat (licence, account COLLATE NOCASE) WHERE account IS NOT NULL;

-- Seats that one site has handed to another: the licence's own quantity stays what was bought.
CREATE TABLE licence_transfer (
    id         INTEGER PRIMARY KEY,
    -- The licence that they were taken from, and the one that they became.
    source     INTEGER NOT NULL REFERENCES licence,
    target     INTEGER NOT NULL REFERENCES licence,
    quantity   INTEGER NOT NULL CHECK (quantity > 0),
    reason     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    by         TEXT NOT NULL
) STRICT;

CREATE INDEX licence_transfer_away ON licence_transfer (source);
CREATE UNIQUE INDEX licence_transfer_here ON licence_transfer (target);

-- The register of approvals (A5).
CREATE TABLE approval (
    id          INTEGER PRIMARY KEY,
    title       TEXT NOT NULL,
    title_name  TEXT NOT NULL,
    -- The group or person that decided, and the day.
    decided_by  TEXT NOT NULL,
    decided_on  TEXT NOT NULL,
    -- "approved", "refused".
    decision    TEXT NOT NULL CHECK (decision IN ('approved', 'refused')),
    site        INTEGER REFERENCES site,
    -- For which group; empty for everybody.
    place       TEXT NOT NULL,
    ends_on     TEXT,
    note        TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    withdrawn_at INTEGER,
    withdrawn_why TEXT
) STRICT;

CREATE INDEX approval_of_title ON approval (title, id);

-- What the audit shall not complain of, why and until when.
CREATE TABLE licence_exception (
    id          INTEGER PRIMARY KEY,
    title       TEXT NOT NULL,
    title_name  TEXT NOT NULL,
    site        INTEGER REFERENCES site,
    -- One device alone; NULL for all.
    device      INTEGER REFERENCES device,
    reason      TEXT NOT NULL,
    ends_on     TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    withdrawn_at INTEGER,
    withdrawn_why TEXT
) STRICT;

-- How many full-time equivalents a site has, for licences per FTE.
CREATE TABLE fte (
    site INTEGER PRIMARY KEY REFERENCES site,
    -- Hundredths.
    hundredths  INTEGER NOT NULL CHECK (hundredths >= 0),
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL
) STRICT;
