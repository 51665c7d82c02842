-- What the rules found, and what became of it. An alert that is not resolved is the only one with
-- its fingerprint. Instants are of the service's clock, in milliseconds, but for `since` and
-- `complete_until`, which are of the logs'.
CREATE TABLE alert (
  prover_id        integer NOT NULL REFERENCES prover,
  alert_id         bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  fingerprint      text NOT NULL,
  rule             text NOT NULL,
  severity         text NOT NULL,
  labels           jsonb NOT NULL,
  state            text NOT NULL CHECK (state IN ('pending', 'firing', 'resolved')),
  since            bigint NOT NULL,
  complete_until   bigint NOT NULL,
  summary          text NOT NULL,
  detail           text NOT NULL,
  next_step        text NOT NULL,
  pending_at       bigint NOT NULL,
  fired_at         bigint,
  resolved_at      bigint,
  acknowledged_at  bigint,
  acknowledged_by  text NOT NULL DEFAULT '',
  acknowledged_why text NOT NULL DEFAULT '',
  PRIMARY KEY (prover_id, alert_id)
);
CREATE INDEX alert_order ON alert (alert_id);
CREATE UNIQUE INDEX alert_open ON alert (prover_id, fingerprint) WHERE state <> 'resolved';

-- Each change of an alert, in the order in which they were committed: whoever writes here holds the
-- row of `alert_lease`.
CREATE TABLE alert_change (
  prover_id integer NOT NULL,
  change_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  alert_id  bigint NOT NULL,
  at        bigint NOT NULL,
  what      text NOT NULL,  -- 'firing', 'changed', 'resolved', 'acknowledged'
  severity  text NOT NULL,
  summary   text NOT NULL,
  PRIMARY KEY (prover_id, change_id),
  FOREIGN KEY (prover_id, alert_id) REFERENCES alert ON DELETE CASCADE
);
CREATE INDEX alert_change_order ON alert_change (change_id);
CREATE INDEX alert_change_alert ON alert_change (prover_id, alert_id, change_id);

-- What each receiver (its name in the rules file) knows of an alert, and what it is to be told. A
-- row is there from the first word that is to be told until the receiver knows that all is well
-- again.
CREATE TABLE alert_delivery (
  prover_id integer NOT NULL,
  alert_id  bigint NOT NULL,
  receiver  text COLLATE "C" NOT NULL,
  told      boolean NOT NULL DEFAULT false,  -- it was told, or may have been, that the alert fires
  to_tell   text CHECK (to_tell IN ('firing', 'resolved')),  -- NULL: nothing
  revision  bigint NOT NULL DEFAULT 1,  -- grows with each word that is to be told
  queued_at bigint NOT NULL,  -- since when it waits
  tries     integer NOT NULL DEFAULT 0,
  try_at    bigint NOT NULL,
  PRIMARY KEY (prover_id, alert_id, receiver),
  FOREIGN KEY (prover_id, alert_id) REFERENCES alert ON DELETE CASCADE
);
CREATE INDEX alert_delivery_due ON alert_delivery (receiver, try_at) WHERE to_tell IS NOT NULL;
CREATE INDEX alert_delivery_told ON alert_delivery (receiver) WHERE to_tell IS NULL;

-- Who wants what not to be told, until when. `matchers` is an object of labels, with "prover" and
-- "rule" among them; each must have the value.
CREATE TABLE alert_silence (
  silence_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  matchers   jsonb NOT NULL,
  begins_at  bigint NOT NULL,
  ends_at    bigint NOT NULL,
  created_by text NOT NULL,
  why        text NOT NULL
);
CREATE INDEX alert_silence_end ON alert_silence (ends_at);

-- Which replica evaluates. Its row is locked by whoever writes alerts.
CREATE TABLE alert_lease (
  lease_id   integer PRIMARY KEY CHECK (lease_id = 1),
  holder     text NOT NULL,
  expires_at timestamptz NOT NULL
);
INSERT INTO alert_lease VALUES (1, '', '-infinity');
