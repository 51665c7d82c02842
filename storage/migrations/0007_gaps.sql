-- Bytes of a stream that were lost before they reached the archive, or were removed before they were
-- read. The stream goes on at end_offset; where that is begin_offset nobody knows how much is missing.
CREATE TABLE gap (
  prover_id    integer NOT NULL,
  stream_id    bigint NOT NULL,
  begin_offset bigint NOT NULL,
  end_offset   bigint NOT NULL,
  reason       text COLLATE "C" NOT NULL,
  received_at  bigint NOT NULL,
  PRIMARY KEY (prover_id, stream_id, begin_offset, end_offset),
  FOREIGN KEY (prover_id, stream_id) REFERENCES stream
);

-- A log that PushLogs appends to: it is known by its name, and not by how it begins.
ALTER TABLE stream ADD COLUMN pushed boolean NOT NULL DEFAULT false;
CREATE UNIQUE INDEX stream_pushed ON stream (prover_id, machine, source) WHERE pushed;

CREATE VIEW gaps AS
  SELECT p.name AS prover, s.machine, s.source, g.stream_id, g.begin_offset, g.end_offset, g.reason,
         instant(g.received_at) AS receive_time
    FROM gap g JOIN prover p USING (prover_id) JOIN stream s USING (prover_id, stream_id);
