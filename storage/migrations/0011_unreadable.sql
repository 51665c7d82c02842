-- Bytes of a stream that a projection could not read, and went on behind: the archive has them damaged
-- or not at all, or the database refused what they tell. Another projection tries them again. Where
-- begin_offset is end_offset, what was refused was told of bytes before them.
CREATE TABLE unreadable (
  prover_id     integer NOT NULL,
  projection_id integer NOT NULL,
  stream_id     bigint NOT NULL,
  begin_offset  bigint NOT NULL,
  end_offset    bigint NOT NULL,
  message       text NOT NULL,  -- what was wrong
  set_aside_at  bigint NOT NULL,
  PRIMARY KEY (prover_id, projection_id, stream_id, begin_offset)
);

CREATE OR REPLACE VIEW gaps AS
  SELECT p.name AS prover, s.machine, s.source, g.stream_id, g.begin_offset, g.end_offset, g.reason,
         instant(g.received_at) AS receive_time, g.message
    FROM (SELECT prover_id, stream_id, begin_offset, end_offset, reason, received_at, '' AS message
            FROM gap
          UNION ALL
          SELECT prover_id, stream_id, begin_offset, end_offset, 'unreadable' COLLATE "C", set_aside_at, message
            FROM unreadable JOIN prover USING (prover_id, projection_id)) AS g
    JOIN prover p USING (prover_id) JOIN stream s USING (prover_id, stream_id);
