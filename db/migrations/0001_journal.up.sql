-- The journal of a cluster: one row a batch, each following the one before by number and by hash.
-- Rows are only ever added. docs/cluster.md says who may add one, and when.
CREATE TABLE journal (
    first_seq bigint PRIMARY KEY,
    last_seq bigint NOT NULL CHECK (last_seq >= first_seq),
    at timestamptz NOT NULL,
    -- The process that decided the batch, and the how-manieth of that process it is.
    writer uuid NOT NULL,
    n bigint NOT NULL,
    -- The digest of the state after the batch.
    state bytea NOT NULL CHECK (length(state) = 16),
    -- SHA-256 of the hash of the batch before and of all other columns.
    hash bytea NOT NULL CHECK (length(hash) = 32),
    -- Its facts, as lines of JSON in a zstd frame.
    frame bytea NOT NULL
) WITH (toast_tuple_target = 8160);
-- Frames are compressed already.
ALTER TABLE journal ALTER frame SET STORAGE EXTERNAL;

-- The first row has no facts. Its hash is random, so that the chains of two clusters never match.
INSERT INTO journal VALUES (
    0, 0, 'epoch', '00000000-0000-0000-0000-000000000000', 0, decode(repeat('00', 16), 'hex'),
    sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), ''
);

-- Named small values that aren't facts: readers' cursors, personal data, secrets. Changed by compare-and-set.
CREATE TABLE side_records (
    name text COLLATE "C" PRIMARY KEY,
    value bytea NOT NULL CHECK (length(value) <= 65536),
    -- Of the change that wrote it, from side_versions: never used again.
    version bigint NOT NULL
);
CREATE SEQUENCE side_versions OWNED BY side_records.version;

-- Which process does what one process should do.
CREATE TABLE task_leases (
    name text COLLATE "C" PRIMARY KEY,
    -- Rises each time that the task is taken.
    number bigint NOT NULL,
    -- Random for each process; null where it was given back.
    holder uuid,
    -- Rises each time that the holder renews it.
    beat bigint NOT NULL
);
