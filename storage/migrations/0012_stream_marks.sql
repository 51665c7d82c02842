-- Places between two lines of a stream from which a projection's lines can be read and dated, about one
-- each 256 KiB. In the order of latest_at they are in the order of their offsets.
CREATE TABLE stream_mark (
  prover_id        integer NOT NULL,
  projection_id    integer NOT NULL,
  stream_id        bigint NOT NULL,
  latest_at        bigint NOT NULL,  -- of all lines before it; -2^63: none of them is dated
  begin_offset     bigint NOT NULL,  -- of the line behind it
  normalizer_state bytea NOT NULL,
  PRIMARY KEY (prover_id, projection_id, stream_id, latest_at, begin_offset)
);
