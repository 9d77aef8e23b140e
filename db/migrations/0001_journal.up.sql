-- The journal of a cluster: one row per batch. Each row continues the numbers and the hash chain of
-- the previous row. Nodes only add rows. docs/cluster.md says who may add one, and when.
CREATE TABLE journal (
    first_seq bigint PRIMARY KEY,
    last_seq bigint NOT NULL CHECK (last_seq >= first_seq),
    at timestamptz NOT NULL,
    -- The process that decided the batch, and the batch's number among that process's batches.
    writer uuid NOT NULL,
    n bigint NOT NULL,
    -- The digest of the state after the batch.
    state bytea NOT NULL CHECK (length(state) = 16),
    -- SHA-256 over the previous batch's hash and all other columns of this row.
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
    -- Each change takes a new number from side_versions; none is used twice.
    version bigint NOT NULL
);
CREATE SEQUENCE side_versions OWNED BY side_records.version;

-- Tasks that only one process should run at a time, and the process that has each.
CREATE TABLE task_leases (
    name text COLLATE "C" PRIMARY KEY,
    -- Rises each time that the task is taken.
    number bigint NOT NULL,
    -- The process that has the task, as a random number; null if the task was given back.
    holder uuid,
    -- Rises with each change of the row.
    beat bigint NOT NULL
);
