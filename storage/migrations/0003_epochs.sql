-- The epochs of which the logs tell: one row each, written when its first job or session comes.
CREATE TABLE epoch (
  prover_id     integer NOT NULL,
  projection_id integer NOT NULL,
  epoch         integer NOT NULL,
  enqueued_at   bigint,  -- the broker's first enqueue of one of its jobs
  PRIMARY KEY (prover_id, projection_id, epoch)
);
INSERT INTO epoch
  SELECT prover_id, projection_id, epoch, min(first_at) FILTER (WHERE enqueued)
    FROM job WHERE counted GROUP BY prover_id, projection_id, epoch;

-- When a broker or a prover node last asked for the job, else its first instant: a job that is open
-- when its epoch ends, and was not asked for since, is abandoned.
ALTER TABLE job ADD COLUMN asked_for_at bigint;
UPDATE job SET asked_for_at = first_at;

-- The uuid of the session that the event names, else empty. Events of a session may name no epoch.
ALTER TABLE event ADD COLUMN session text COLLATE "C" NOT NULL DEFAULT '';
UPDATE event SET session = coalesce(
  fields[array_position(fields, 'session') + 1], fields[array_position(fields, 'uuid') + 1], '');
CREATE INDEX event_by_session ON event (prover_id, projection_id, session, at, kind, fields_md5)
  WHERE epoch = -1 AND session <> '';
