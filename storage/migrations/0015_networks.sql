-- The lines with which processes say what network they run for: a few of all that name no epoch.
CREATE INDEX event_networks ON event (prover_id, projection_id, at)
  WHERE kind = 'process.listening' AND 'l1ChainId' = ANY (fields);
