-- The keys of servers, as far as a decision looks at them; their names and roles are in the facts. Of
-- a key only its SHA-256 is kept.
CREATE TABLE api_keys (
    id         uuid PRIMARY KEY,
    digest     bytea NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT api_keys_digest UNIQUE (digest)
);
