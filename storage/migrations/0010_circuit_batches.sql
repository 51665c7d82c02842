-- Runs of circuits in batches: those of one epoch that one transaction of the normalizer told, packed
-- (storage/circuit_batch.proto). What was kept of the logs that are normalized by now is gone until
-- `proverlogd renormalize` reads them again, and for good where --keep-logs removed them: no release
-- ever wrote the old form.
DROP TABLE circuit_run;
DROP FUNCTION hash_key;

CREATE TABLE circuit_batch (
  prover_id     integer NOT NULL,
  projection_id integer NOT NULL,
  epoch         integer NOT NULL,  -- -1: not even that is known
  last_at       bigint NOT NULL,   -- of its runs
  run_count     integer NOT NULL,
  jobs          bigint[] NOT NULL, -- of its runs, each once, as the first 8 bytes of their ids' SHA-256
  runs          bytea NOT NULL
);
CREATE INDEX circuit_batch_by_epoch ON circuit_batch (prover_id, projection_id, epoch, last_at);
-- Packed as they are, they would cost more time to compress than bytes.
ALTER TABLE circuit_batch ALTER COLUMN runs SET STORAGE EXTERNAL;
