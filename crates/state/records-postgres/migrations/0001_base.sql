-- Documents have a table for each collection, made from the port's list; see src/collections.rs.
--
-- Texts of any length and content are keys here, and an index entry has less than 2,704 bytes: rows
-- are found by `mark`, the hash of the text, and listed by the text's first 256 characters.

-- A scope's row is the lock of its writers; `seq` is its newest decision.
CREATE TABLE scopes (
    site   BYTEA NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    seq    BIGINT NOT NULL,
    PRIMARY KEY (site, tenant)
);

-- The last transaction of each process that is known to be committed: a process whose connection
-- broke on the way finds here whether its commit arrived.
CREATE TABLE writers (
    writer BYTEA PRIMARY KEY,
    round  BIGINT NOT NULL,
    seen   TIMESTAMPTZ NOT NULL
);

CREATE TABLE slots (
    site   BYTEA NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    mark   BYTEA NOT NULL,
    key    TEXT COLLATE "C" NOT NULL,
    value  BYTEA NOT NULL,
    PRIMARY KEY (site, tenant, mark)
);
CREATE INDEX slots_key ON slots (site, tenant, left(key, 256));

CREATE TABLE counters (
    site   BYTEA NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    mark   BYTEA NOT NULL,
    name   TEXT COLLATE "C" NOT NULL,
    value  BIGINT NOT NULL,
    PRIMARY KEY (site, tenant, mark)
);
CREATE INDEX counters_name ON counters (site, tenant, left(name, 256));

-- `seq` is dense from 1 in each scope; `body` is the whole decision as JSON.
CREATE TABLE decisions (
    site   BYTEA NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    seq    BIGINT NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (site, tenant, seq)
);

CREATE TABLE decision_objects (
    site   BYTEA NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    mark   BYTEA NOT NULL,
    seq    BIGINT NOT NULL,
    PRIMARY KEY (site, tenant, mark, seq),
    FOREIGN KEY (site, tenant, seq) REFERENCES decisions (site, tenant, seq)
);
