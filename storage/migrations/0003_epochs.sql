-- The epochs of which the logs tell: one row each, written when its first job or session comes.
CREATE TABLE epoch (
  prover_id     integer NOT NULL,
  projection_id integer NOT NULL,
  epoch         integer NOT NULL,
  enqueued_at   bigint,  -- the broker's first enqueue of one of its jobs
  PRIMARY KEY (prover_id, projection_id, epoch)
);
CREATE INDEX epoch_enqueued ON epoch (prover_id, projection_id, epoch)
  WHERE enqueued_at IS NOT NULL;

-- When a broker or a prover node last asked for the job, else its first instant: a job that is open
-- when its epoch ends, and was not asked for since, is abandoned.
ALTER TABLE job ADD COLUMN asked_for_at bigint;

-- The uuid of the session that the event names, else empty. Events of a session may name no epoch.
ALTER TABLE event ADD COLUMN session text COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX event_by_session ON event (prover_id, projection_id, session, at, kind, fields_md5)
  WHERE epoch = -1 AND session <> '';
CREATE INDEX event_sessions ON event (prover_id, projection_id, epoch, session) WHERE session <> '';

-- The same of what was written before: as the code would have.
UPDATE event SET session = coalesce(
  fields[array_position(fields, 'session') + 1], fields[array_position(fields, 'uuid') + 1], '');

UPDATE job j SET asked_for_at = coalesce(
  (SELECT max(at) FROM (
     SELECT j.enqueued_at AS at UNION ALL SELECT j.submitted_at UNION ALL
     SELECT f.at FROM job_fact f
      WHERE f.prover_id = j.prover_id AND f.projection_id = j.projection_id AND f.epoch = j.epoch
        AND f.type = j.type AND f.hash = j.hash
        AND f.kind IN ('enqueued', 'submitted', 'reused', 'revived')) AS asked),
  first_at);

INSERT INTO epoch
  SELECT prover_id, projection_id, epoch, min(at)
    FROM (SELECT prover_id, projection_id, epoch, enqueued_at AS at FROM job WHERE counted
          UNION ALL
          SELECT prover_id, projection_id, epoch, f.at
            FROM job_fact f JOIN job j USING (prover_id, projection_id, epoch, type, hash)
           WHERE f.kind = 'enqueued' AND j.counted
          UNION ALL
          SELECT prover_id, projection_id, epoch, NULL FROM event
           WHERE epoch >= 0 AND session <> '' AND kind ~ '^(session|epoch|candidate)\.') AS known
   GROUP BY prover_id, projection_id, epoch;
