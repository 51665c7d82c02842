-- When the epoch's jobs and sessions were, and how often what is written of them changed: an answer
-- that was computed from jobs of this revision holds as long as it is the same.
ALTER TABLE epoch ADD COLUMN first_at bigint;
ALTER TABLE epoch ADD COLUMN last_at bigint;
ALTER TABLE epoch ADD COLUMN revision bigint NOT NULL DEFAULT 0;

UPDATE epoch e SET first_at = known.first_at, last_at = known.last_at
  FROM (SELECT prover_id, projection_id, epoch, min(first_at) AS first_at, max(last_at) AS last_at
          FROM (SELECT prover_id, projection_id, epoch, first_at, last_at FROM job WHERE counted
                UNION ALL
                SELECT prover_id, projection_id, epoch, at, at FROM event
                 WHERE epoch >= 0 AND kind ~ '^(session|epoch|candidate)\.') AS told
         GROUP BY prover_id, projection_id, epoch) AS known
 WHERE e.prover_id = known.prover_id AND e.projection_id = known.projection_id
   AND e.epoch = known.epoch;
