-- Instants are bigint milliseconds since 1970 UTC, as in the code; the views of 0002 show them as
-- timestamptz. prover_id is the first column of every key. Names are ordered by their bytes (COLLATE
-- "C"), as in the code, whatever the database's locale.

CREATE TABLE prover (
  prover_id     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name          text COLLATE "C" NOT NULL UNIQUE,
  -- The projection that answers are read from.
  projection_id integer NOT NULL DEFAULT 1
);

-- What the archive makes of a prover's logs: all rows below with the same projection_id. The one
-- worker that writes them holds a lock on this row.
CREATE TABLE projection (
  prover_id     integer NOT NULL REFERENCES prover,
  projection_id integer NOT NULL,
  PRIMARY KEY (prover_id, projection_id)
);

-- A stream: one incarnation of one log. Written when it is made and while its head grows.
CREATE TABLE stream (
  prover_id integer NOT NULL REFERENCES prover,
  stream_id bigint GENERATED ALWAYS AS IDENTITY,
  machine   text COLLATE "C" NOT NULL,
  source    text COLLATE "C" NOT NULL,
  head      bytea NOT NULL,  -- its first bytes, at most 1024
  PRIMARY KEY (prover_id, stream_id)
);
CREATE INDEX stream_by_machine ON stream (prover_id, machine);

-- How a stream's lines that carry only a time of day are dated.
CREATE TABLE anchor (
  prover_id    integer NOT NULL,
  stream_id    bigint NOT NULL,
  begin_offset bigint NOT NULL,
  at           bigint NOT NULL,
  time_zone    text NOT NULL,
  PRIMARY KEY (prover_id, stream_id, begin_offset),
  FOREIGN KEY (prover_id, stream_id) REFERENCES stream
);

-- How far a stream is committed: the row that every batch updates, apart from all else.
CREATE TABLE stream_position (
  prover_id        integer NOT NULL,
  stream_id        bigint NOT NULL,
  generation       bigint NOT NULL,
  committed_offset bigint NOT NULL,
  sealed_offset    bigint,  -- where the sender last said that there is nothing more for now
  received_at      bigint,
  PRIMARY KEY (prover_id, stream_id),
  FOREIGN KEY (prover_id, stream_id) REFERENCES stream
) WITH (fillfactor = 50);

-- The archive: a stream's raw bytes, each block one zstd frame of at most 1 MiB of them.
CREATE TABLE block (
  prover_id    integer NOT NULL,
  stream_id    bigint NOT NULL,
  begin_offset bigint NOT NULL,
  end_offset   bigint NOT NULL,
  received_at  bigint NOT NULL,
  zstd         bytea NOT NULL,
  PRIMARY KEY (prover_id, stream_id, begin_offset)
);
ALTER TABLE block ALTER COLUMN zstd SET STORAGE EXTERNAL;

-- How far a stream is normalized. Ingest never touches it.
CREATE TABLE stream_progress (
  prover_id         integer NOT NULL,
  projection_id     integer NOT NULL,
  stream_id         bigint NOT NULL,
  normalized_offset bigint NOT NULL,
  sealed_offset     bigint,  -- the seal that was read
  normalizer_state  bytea NOT NULL,
  normalized_at     bigint NOT NULL,
  lines             bigint NOT NULL,
  records           bigint NOT NULL,
  understood        bigint NOT NULL,
  not_understood    bigint NOT NULL,
  undated           bigint NOT NULL,
  cut               bigint NOT NULL,
  facts             jsonb NOT NULL,  -- {"enqueued": 12, ...}
  first_at          bigint,
  last_at           bigint,
  PRIMARY KEY (prover_id, projection_id, stream_id)
) WITH (fillfactor = 50);

-- A process that wrote to a stream: what a fact's origin refers to.
CREATE TABLE writer (
  prover_id integer NOT NULL,
  writer_id integer GENERATED ALWAYS AS IDENTITY,
  stream_id bigint NOT NULL,
  process   text COLLATE "C" NOT NULL,
  PRIMARY KEY (prover_id, writer_id),
  UNIQUE (prover_id, stream_id, process)
);

-- A job, about one row for a healthy one: its usual facts are columns. A job with any other fact,
-- or one of them twice, has all its facts in job_fact and these columns empty (fact_rows).
CREATE TABLE job (
  prover_id     integer NOT NULL,
  projection_id integer NOT NULL,
  epoch         integer NOT NULL,
  type          text COLLATE "C" NOT NULL,
  hash          bytea NOT NULL,  -- 32 bytes, or another token after NUL bytes

  -- Derived from the facts.
  counted       boolean NOT NULL,
  state         text NOT NULL,
  enqueued      boolean NOT NULL,
  started       boolean NOT NULL,
  attempts      integer NOT NULL,
  retries       integer NOT NULL,
  timeouts      integer NOT NULL,
  first_at      bigint,
  last_at       bigint,

  fact_rows     boolean NOT NULL,
  enqueued_at               bigint,
  enqueued_offset           bigint,
  enqueued_writer           integer,
  submitted_at              bigint,
  submitted_offset          bigint,
  submitted_writer          integer,
  started_at                bigint,
  started_offset            bigint,
  started_writer            integer,
  controller_started_at     bigint,
  controller_started_offset bigint,
  controller_started_writer integer,
  agent_completed_at        bigint,
  agent_completed_offset    bigint,
  agent_completed_writer    integer,
  completed_at              bigint,  -- with totalAttempts=1
  completed_offset          bigint,
  completed_writer          integer,
  PRIMARY KEY (prover_id, projection_id, epoch, type, hash)
) WITH (fillfactor = 70);

CREATE TABLE job_fact (
  prover_id     integer NOT NULL,
  projection_id integer NOT NULL,
  epoch         integer NOT NULL,
  type          text COLLATE "C" NOT NULL,
  hash          bytea NOT NULL,
  at            bigint NOT NULL,
  kind          text COLLATE "C" NOT NULL,
  attempt       integer NOT NULL,
  will_retry    boolean,
  detail        text NOT NULL,
  writer_id     integer NOT NULL,
  line_offset   bigint NOT NULL,
  PRIMARY KEY (prover_id, projection_id, epoch, type, hash, at, kind, attempt)
);

-- The records of a stream that nobody understood, by kind: at most 1000, and one more row for the
-- others. Counts grow in the transaction that moves the stream's normalized_offset.
CREATE TABLE unknown_message (
  prover_id     integer NOT NULL,
  projection_id integer NOT NULL,
  stream_id     bigint NOT NULL,
  module        text COLLATE "C" NOT NULL,
  level         text COLLATE "C" NOT NULL,
  template      text COLLATE "C" NOT NULL,
  count         bigint NOT NULL,
  first_at      bigint,
  last_at       bigint,
  line_offset   bigint NOT NULL,  -- of the first
  PRIMARY KEY (prover_id, projection_id, stream_id, module, level, template)
) WITH (fillfactor = 70);

-- What the logs say of anything but jobs (docs/events.md), but what comes once a job or more often.
CREATE TABLE event (
  prover_id     integer NOT NULL,
  projection_id integer NOT NULL,
  epoch         integer NOT NULL,  -- -1: of none
  at            bigint NOT NULL,
  kind          text COLLATE "C" NOT NULL,
  fields        text[] NOT NULL,  -- name, value, name, value, ... in order of the names
  fields_md5    uuid NOT NULL,
  stream_id     bigint NOT NULL,
  process       text NOT NULL,
  line_offset   bigint NOT NULL,
  PRIMARY KEY (prover_id, projection_id, epoch, at, kind, fields_md5)
);
