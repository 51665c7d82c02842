-- The tables as people and dashboards read them: the live projection, names and timestamptz.

CREATE FUNCTION instant(millis bigint) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN to_timestamp(millis / 1000.0);

CREATE FUNCTION job_id(epoch integer, type text, hash bytea) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN epoch || ':' || type || ':' ||
    CASE WHEN octet_length(hash) = 32 THEN encode(hash, 'hex')
         ELSE convert_from(ltrim(hash, '\x00'::bytea), 'UTF8') END;

CREATE VIEW jobs AS
  SELECT p.name AS prover, j.epoch, j.type, job_id(j.epoch, j.type, j.hash) AS id, j.state,
         j.attempts, j.retries, j.timeouts, instant(j.first_at) AS first_time,
         instant(j.last_at) AS last_time
    FROM job j JOIN prover p USING (prover_id, projection_id)
   WHERE j.counted;

-- Every fact of every job, wherever it is kept.
CREATE VIEW job_facts AS
  WITH fact AS (
    SELECT prover_id, projection_id, epoch, type, hash, at, kind, attempt, will_retry, detail,
           writer_id, line_offset
      FROM job_fact
    UNION ALL
    SELECT j.prover_id, j.projection_id, j.epoch, j.type, j.hash, f.at, f.kind, f.attempt, NULL, '',
           f.writer_id, f.line_offset
      FROM job j CROSS JOIN LATERAL (VALUES
        ('enqueued', 0, enqueued_at, enqueued_offset, enqueued_writer),
        ('submitted', 0, submitted_at, submitted_offset, submitted_writer),
        ('started', 0, started_at, started_offset, started_writer),
        ('controller_started', 0, controller_started_at, controller_started_offset,
         controller_started_writer),
        ('agent_completed', 0, agent_completed_at, agent_completed_offset, agent_completed_writer),
        ('completed', 1, completed_at, completed_offset, completed_writer)
      ) AS f (kind, attempt, at, line_offset, writer_id)
     WHERE f.at IS NOT NULL
  )
  SELECT p.name AS prover, f.epoch, f.type, job_id(f.epoch, f.type, f.hash) AS id,
         instant(f.at) AS time, f.kind, f.attempt, f.will_retry, f.detail, s.machine, w.process,
         s.source, f.line_offset
    FROM fact f
    JOIN prover p USING (prover_id, projection_id)
    JOIN writer w USING (prover_id, writer_id)
    JOIN stream s USING (prover_id, stream_id);
