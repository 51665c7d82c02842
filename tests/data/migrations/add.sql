-- What a later version might add: to tables that lines, jobs and questions go through.
CREATE TABLE later_note (
  prover_id integer NOT NULL REFERENCES prover,
  note_id   bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  text      text NOT NULL,
  PRIMARY KEY (prover_id, note_id)
);
ALTER TABLE prover ADD COLUMN later_title text NOT NULL DEFAULT '';
ALTER TABLE stream ADD COLUMN later_label text;
ALTER TABLE stream_position ADD COLUMN later_count bigint NOT NULL DEFAULT 0;
ALTER TABLE stream_progress ADD COLUMN later_count bigint NOT NULL DEFAULT 0;
ALTER TABLE live_block ADD COLUMN later_format smallint;
ALTER TABLE block ADD COLUMN later_format smallint;
ALTER TABLE job ADD COLUMN later_rank integer;
ALTER TABLE job_fact ADD COLUMN later_rank integer;
ALTER TABLE event ADD COLUMN later_rank integer;
ALTER TABLE epoch ADD COLUMN later_rank integer;
ALTER TABLE unknown_message ADD COLUMN later_rank integer;
