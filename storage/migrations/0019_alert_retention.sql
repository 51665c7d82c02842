-- Old ones are removed prover by prover.
CREATE INDEX alert_resolved ON alert (prover_id, resolved_at) WHERE state = 'resolved';
