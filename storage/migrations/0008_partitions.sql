-- The archive in two tables of partitions by received_at. Blocks as they come are in live_block, an
-- hour to a partition, which is dropped when all its bytes are merged into blocks of up to 1 MiB in
-- block, a day to a partition. What is merged stays in live_block until then, so a byte may be in
-- both. Blocks that come large go to block at once. The default partitions take what comes while the
-- one that it belongs to is missing; it is moved when that one is made.

ALTER TABLE block RENAME TO block_unpartitioned;
ALTER TABLE block_unpartitioned DROP CONSTRAINT block_pkey;

CREATE TABLE block (
  prover_id    integer NOT NULL,
  stream_id    bigint NOT NULL,
  begin_offset bigint NOT NULL,
  end_offset   bigint NOT NULL,
  received_at  bigint NOT NULL,  -- the last of its bytes
  zstd         bytea NOT NULL,
  PRIMARY KEY (prover_id, stream_id, begin_offset, received_at)
) PARTITION BY RANGE (received_at);
ALTER TABLE block ALTER COLUMN zstd SET STORAGE EXTERNAL;
CREATE TABLE block_default PARTITION OF block DEFAULT;
-- The last 64 KiB of streams whose other bytes are removed, with received_at = 0: by them a sender's
-- log is recognized.
CREATE TABLE block_tail PARTITION OF block FOR VALUES FROM (MINVALUE) TO (1);

-- What was there becomes a partition of its own, until the end of its last day.
DO $$
DECLARE
  day constant bigint = 86400000;
  last bigint;
BEGIN
  SELECT max(received_at) INTO last FROM block_unpartitioned;
  IF last IS NULL THEN
    DROP TABLE block_unpartitioned;
  ELSE
    EXECUTE format('ALTER TABLE block ATTACH PARTITION block_unpartitioned FOR VALUES FROM (1) TO (%s)',
                   (last / day + 1) * day);
  END IF;
END $$;

CREATE TABLE live_block (LIKE block INCLUDING ALL) PARTITION BY RANGE (received_at);
CREATE TABLE live_block_default PARTITION OF live_block DEFAULT;

-- How far a stream's blocks are merged: no byte before the offset is in live_block alone. Ingest
-- never touches it.
CREATE TABLE merge_progress (
  prover_id     integer NOT NULL,
  stream_id     bigint NOT NULL,
  merged_offset bigint NOT NULL,
  PRIMARY KEY (prover_id, stream_id)
) WITH (fillfactor = 50);

-- The streams of which bytes were removed because they were old (--keep-logs), and the end of those.
CREATE TABLE removed_log (
  prover_id  integer NOT NULL,
  stream_id  bigint NOT NULL,
  end_offset bigint NOT NULL,
  PRIMARY KEY (prover_id, stream_id)
);
