-- Steps of proving circuits that agents finished: witnesses, proofs, verifications.
CREATE TABLE circuit_run (
  prover_id     integer NOT NULL,
  projection_id integer NOT NULL,
  at            bigint NOT NULL,
  circuit       text COLLATE "C" NOT NULL,
  step          text COLLATE "C" NOT NULL,
  micros        bigint NOT NULL,
  tx            text COLLATE "C" NOT NULL,
  input_size    bigint,
  output_size   bigint,
  circuit_size  bigint,
  -- The job that it belongs to, where that is known, and at least its epoch; -1: not even that.
  epoch         integer NOT NULL,
  type          text COLLATE "C",
  hash          bytea,
  stream_id     bigint NOT NULL,
  line_offset   bigint NOT NULL,
  PRIMARY KEY (prover_id, projection_id, at, circuit, step, micros, tx)
);
CREATE INDEX circuit_run_by_job ON circuit_run (prover_id, projection_id, epoch, type, hash);
