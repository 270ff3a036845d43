-- Documents have a table for each collection, made from the port's list; see src/collections.rs.

CREATE TABLE slots (
    site   BLOB NOT NULL,
    tenant TEXT NOT NULL,
    key    TEXT NOT NULL,
    value  BLOB NOT NULL,
    PRIMARY KEY (site, tenant, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
    site   BLOB NOT NULL,
    tenant TEXT NOT NULL,
    name   TEXT NOT NULL,
    value  INTEGER NOT NULL,
    PRIMARY KEY (site, tenant, name)
) STRICT, WITHOUT ROWID;

-- `seq` is dense from 1 in each scope; `body` is the whole decision as JSON.
CREATE TABLE decisions (
    site   BLOB NOT NULL,
    tenant TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (site, tenant, seq)
) STRICT;

CREATE TABLE decision_objects (
    site   BLOB NOT NULL,
    tenant TEXT NOT NULL,
    object TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (site, tenant, object, seq),
    FOREIGN KEY (site, tenant, seq) REFERENCES decisions (site, tenant, seq)
) STRICT, WITHOUT ROWID;
