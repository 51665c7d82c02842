-- A prover has its live projection (prover.projection_id) and at most one that is being built to
-- replace it: of those that are not retired, the other one.

-- Which normalizer builds it, so that only the same one goes on with what it began. Of a prover's
-- first projection it is not known: the service goes on with it from version to version.
ALTER TABLE projection ADD COLUMN normalizer_version integer;
-- Since when nobody is to write it; answers that are under way may still read it.
ALTER TABLE projection ADD COLUMN retired_at bigint;

CREATE INDEX projection_retired ON projection (retired_at) WHERE retired_at IS NOT NULL;
