-- Runs of circuits come as often as jobs: their keys become numbers, made of what they were. `run` is
-- of (circuit, step, micros, tx), `job` of the job's id; NULL where it is not known.
CREATE FUNCTION hash_key(VARIADIC parts text[]) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ('x' || encode(substring(sha256(convert_to(array_to_string(parts, chr(31)), 'UTF8')) FOR 8),
                        'hex'))::bit(64)::bigint;

ALTER TABLE circuit_run RENAME TO circuit_run_old;
ALTER TABLE circuit_run_old RENAME CONSTRAINT circuit_run_pkey TO circuit_run_old_pkey;
DROP INDEX circuit_run_by_job;

CREATE TABLE circuit_run (
  prover_id     integer NOT NULL,
  projection_id integer NOT NULL,
  at            bigint NOT NULL,
  run           bigint NOT NULL,
  job           bigint,
  micros        bigint NOT NULL,
  stream_id     bigint NOT NULL,
  line_offset   bigint NOT NULL,
  epoch         integer NOT NULL,  -- -1: not even that is known
  circuit       text COLLATE "C" NOT NULL,
  step          text COLLATE "C" NOT NULL,
  tx            text COLLATE "C" NOT NULL,
  input_size    bigint,
  output_size   bigint,
  circuit_size  bigint,
  PRIMARY KEY (prover_id, projection_id, at, run)
);
INSERT INTO circuit_run
  SELECT prover_id, projection_id, at, hash_key(circuit, step, micros::text, tx),
         CASE WHEN type IS NOT NULL THEN hash_key(job_id(epoch, type, hash)) END,
         micros, stream_id, line_offset, epoch, circuit, step, tx, input_size, output_size,
         circuit_size
    FROM circuit_run_old;
CREATE INDEX circuit_run_by_job ON circuit_run (prover_id, projection_id, epoch, job);
DROP TABLE circuit_run_old;
