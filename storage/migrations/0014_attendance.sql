-- When the sender of a stream was last known to be there: what it had then is committed. Apart from
-- stream_position, which every batch updates.
CREATE TABLE stream_attendance (
  prover_id integer NOT NULL,
  stream_id bigint NOT NULL,
  seen_at   bigint NOT NULL,
  PRIMARY KEY (prover_id, stream_id),
  FOREIGN KEY (prover_id, stream_id) REFERENCES stream
) WITH (fillfactor = 50);
