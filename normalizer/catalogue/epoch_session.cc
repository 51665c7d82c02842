#include "normalizer/catalogue/catalogue.h"

namespace proverlog::catalogue {
namespace {

// prover-node:epoch-session, prover-node:session-manager, prover-node:proof-publishing-service. A
// candidate's id is the uuid of its session.
std::vector<MessageSpec> Sessions() {
  using enum Writer;
  // A table: one entry a message reads better than one field a line.
  // clang-format off
  return {
      {kNode, "5.2", "Created EpochSession {session}",
       "Created EpochSession c27e6beb-52bd-4e07-8dd7-daffc9eac110", {}, "session.created",
       {"epochNumber", "kind", "fromSlot", "toSlot", "checkpointCount"}},
      {kNode, "5.2", "Waiting {ms}ms before starting top-tree proving",
       "Waiting 12000ms before starting top-tree proving", {}, "session.delayed",
       {"uuid", "epochNumber", "kind"}},
      {kNode, "5.2", "Top-tree proof ready for EpochSession {session}",
       "Top-tree proof ready for EpochSession c27e6beb-52bd-4e07-8dd7-daffc9eac110", {},
       "session.proof_ready",
       {"epochNumber", "kind", "fromSlot", "toSlot", "fromCheckpoint", "toCheckpoint",
        "durationMs"}},
      {kNode, "5.2", "Top-tree cancelled for EpochSession {session}",
       "Top-tree cancelled for EpochSession c27e6beb-52bd-4e07-8dd7-daffc9eac110", {},
       "session.top_tree_cancelled", {"epochNumber", "kind"}},
      {kNode, "5.2",
       "Submitted proof for epoch {epoch} (checkpoints {from_checkpoint}..{to_checkpoint})",
       "Submitted proof for epoch 3055 (checkpoints 53132..53135)", {}, "epoch.submitted",
       {"uuid", "kind", "fromSlot", "toSlot"}},
      {kNode, "5.2", "EpochSession {session} superseded by a longer candidate",
       "EpochSession c27e6beb-52bd-4e07-8dd7-daffc9eac110 superseded by a longer candidate", {},
       "session.superseded", {"epochNumber", "kind"}},
      {kNode, "5.2", "EpochSession {session} expired before publishing",
       "EpochSession c27e6beb-52bd-4e07-8dd7-daffc9eac110 expired before publishing", {},
       "session.expired", {"epochNumber", "kind"}},
      {kNode, "5.2", "EpochSession {session} hit deadline",
       "EpochSession 2ce49201-606a-471b-9cca-422d0206ae66 hit deadline", {}, "session.deadline",
       {"epochNumber", "kind"}},
      {kNode, "5.2", "Cancelling EpochSession {session}: {reason...}",
       "Cancelling EpochSession 2ce49201-606a-471b-9cca-422d0206ae66: deadline", {},
       "session.cancelled", {"epochNumber", "kind", "previousState"}},
      {kNode, "5.2", "Error in EpochSession {session}: {error...}",
       "Error in EpochSession 2ce49201-606a-471b-9cca-422d0206ae66: Error: Failed to submit epoch "
       "proof to L1", {}, "session.failed", {"epochNumber", "kind"}},
      {kNode, "5.2", "Error withdrawing candidate from publishing service",
       "Error withdrawing candidate from publishing service: Error: Aborted"},
      {kNode, "5.2", "Session {session} exited with state {state}",
       "Session c27e6beb-52bd-4e07-8dd7-daffc9eac110 exited with state completed", {},
       "session.exited"},
      {kNode, "5.2", "Reconciling", "Reconciling"},
      {kNode, "5.2", "Skipping full-session open for epoch {epoch}: {reason...}",
       "Skipping full-session open for epoch 3055: max pending jobs reached", {}, "epoch.skipped",
       {"archiverCount", "storeCount"}},
      {kNode, "5.2", "Skipping start for {any}: already terminal ({any})",
       "Skipping start for 2ce49201-606a-471b-9cca-422d0206ae66: already terminal (cancelled)"},
      {kNode, "5.2", "Error in onSessionFailed callback for epoch {any}",
       "Error in onSessionFailed callback for epoch 3055: Error: fetch failed"},
      {kNode, "5.2", "Error cancelling session {any}",
       "Error cancelling session 2ce49201-606a-471b-9cca-422d0206ae66"},

      {kNode, "5.2", "Candidate proof {session} submitted for publishing",
       "Candidate proof c27e6beb-52bd-4e07-8dd7-daffc9eac110 submitted for publishing", {},
       "candidate.submitted", {"epoch", "startBlock", "endBlock", "deadline"}},
      {kNode, "5.2", "Publishing candidate {session}",
       "Publishing candidate c27e6beb-52bd-4e07-8dd7-daffc9eac110", {}, "candidate.publishing",
       {"epoch", "startBlock", "endBlock", "fromCheckpoint", "toCheckpoint"}},
      {kNode, "5.2", "Candidate {session} resolved as {state}",
       "Candidate c27e6beb-52bd-4e07-8dd7-daffc9eac110 resolved as published", {},
       "candidate.resolved"},
      {kNode, "5.2", "Candidate {session} withdrawn",
       "Candidate c27e6beb-52bd-4e07-8dd7-daffc9eac110 withdrawn", {}, "candidate.withdrawn"},
      {kNode, "5.2", "Candidate {session} expired before publishing",
       "Candidate c27e6beb-52bd-4e07-8dd7-daffc9eac110 expired before publishing", {},
       "candidate.expired"},
      {kNode, "5.2", "Error publishing candidate {session}: {error...}",
       "Error publishing candidate c27e6beb-52bd-4e07-8dd7-daffc9eac110: Error: fetch failed", {},
       "candidate.failed", {"epoch"}},
      {kNode, "5.2", "Failed to acquire publisher for candidate {session}; retrying",
       "Failed to acquire publisher for candidate c27e6beb-52bd-4e07-8dd7-daffc9eac110; retrying",
       {}, "candidate.delayed", {"epoch", "retryDelayMs"}},
      {kNode, "5.2", "Failed to analyze estimated L1 fees for candidate {any}",
       "Failed to analyze estimated L1 fees for candidate c27e6beb-52bd-4e07-8dd7-daffc9eac110"},
      {kNode, "5.2", "Withdraw for in-flight candidate {any} ignored",
       "Withdraw for in-flight candidate c27e6beb-52bd-4e07-8dd7-daffc9eac110 ignored; publish "
       "will run to completion"},
      {kNode, "5.2", "Expiry for in-flight candidate {any} ignored",
       "Expiry for in-flight candidate c27e6beb-52bd-4e07-8dd7-daffc9eac110 ignored; publish will "
       "run to completion"},
      {kNode, "5.2", "Drain task threw", "Drain task threw: Error: fetch failed"},
  };
  // clang-format on
}

// The checkpoint provers and the store that holds them. A prover's id is checkpoint:slot, in later
// versions with the archive's root behind it.
std::vector<MessageSpec> Checkpoints() {
  using enum Writer;
  // clang-format off
  return {
      {kNode, "5.2", "New checkpoint {checkpoint} for epoch {epoch}",
       "New checkpoint 53135 for epoch 3055", {}, "checkpoint.added", {"slotNumber"}},
      {kNode, "5.2", "Created CheckpointProver {prover}", "Created CheckpointProver 53135:97763",
       {}, "checkpoint.created",
       {"checkpointNumber", "epochNumber", "slotNumber", "blockCount", "l1ToL2MessageCount"}},
      {kNode, "4.1-5.2", "Starting processing checkpoint {checkpoint}",
       "Starting processing checkpoint 53135", {}, "checkpoint.started",
       {"uuid", "checkpointHash", "blockCount"}},
      {kNode, "5.2",
       "Finished enqueueing block-level proving for checkpoint {checkpoint} in {ms}ms",
       "Finished enqueueing block-level proving for checkpoint 53135 in 1106.3521086238325ms", {},
       "checkpoint.enqueued", {"blockCount"}},
      {kNode, "5.2", "Sub-tree block proofs ready for checkpoint {checkpoint}",
       "Sub-tree block proofs ready for checkpoint 53135", {}, "checkpoint.proofs_ready",
       {"blockProofCount"}},
      {kNode, "5.2", "Error in CheckpointProver onFailed callback for {any}",
       "Error in CheckpointProver onFailed callback for 53135:97763: Error: fetch failed"},
      {kNode, "5.2", "Error in CheckpointProver {prover}: {error...}",
       "Error in CheckpointProver 53135:97763: Error: Missing txs", {}, "checkpoint.failed",
       {"checkpointNumber"}},
      {kNode, "5.2", "Cancelling in-flight CheckpointProver {prover}",
       "Cancelling in-flight CheckpointProver 53135:97763", {}, "checkpoint.cancelled",
       {"checkpointNumber", "wasCompleted"}},
      {kNode, "5.2", "CheckpointProver {any} cancelled during gather/execute",
       "CheckpointProver 53135:97763 cancelled during gather/execute"},
      {kNode, "5.2", "Tearing down CheckpointProver {any}",
       "Tearing down CheckpointProver 53135:97763"},
      {kNode, "5.2", "Tearing down sub-tree for checkpoint {any}",
       "Tearing down sub-tree for checkpoint 53135"},
      {kNode, "5.2", "Error cancelling sub-tree", "Error cancelling sub-tree: Error: Aborted"},
      {kNode, "5.2", "Error stopping sub-tree", "Error stopping sub-tree: Error: Aborted"},
      {kNode, "5.2", "Missing {count} tx(s) re-fetching checkpoint {checkpoint} for failure upload",
       "Missing 2 tx(s) re-fetching checkpoint 53135 for failure upload", {}, "failure.incomplete"},
      {kNode, "5.2", "Skipping unprovable checkpoints during catch-up",
       "Skipping unprovable checkpoints during catch-up; the prover node is far behind", {},
       "checkpoint.skipped", {"from", "cappedFrom", "targetCheckpoint", "maxCheckpoints"}},
      {kNode, "5.2", "Skipping checkpoint {checkpoint} for unprovable epoch {epoch}",
       "Skipping checkpoint 53135 for unprovable epoch 3051", {}, "checkpoint.skipped"},
      {kNode, "5.2", "Reaped {count} expired CheckpointProver(s) for expiredEpoch {epoch}",
       "Reaped 4 expired CheckpointProver(s) for expiredEpoch 3051", {}, "checkpoint.expired"},
  };
  // clang-format on
}

// prover-node:top-tree-job: from the checkpoints to the epoch's proof
std::vector<MessageSpec> TopTree() {
  using enum Writer;
  // clang-format off
  return {
      {kNode, "5.2",
       "Created TopTreeJob for epoch {epoch} covering checkpoints "
       "{from_checkpoint}..{to_checkpoint}",
       "Created TopTreeJob for epoch 3055 covering checkpoints 53132..53135", {},
       "top_tree.created", {"checkpointCount"}},
      {kNode, "5.2",
       "Starting top-tree prove for epoch {epoch} (checkpoints {from_checkpoint}..{to_checkpoint})",
       "Starting top-tree prove for epoch 3055 (checkpoints 53132..53135)", {}, "top_tree.started",
       {"checkpointCount"}},
      {kNode, "5.2", "Built final blob batching challenges for epoch {any} in {any}",
       "Built final blob batching challenges for epoch 3055 in 512.4ms"},
      {kNode, "5.2", "Top-tree prove succeeded for epoch {epoch} in {ms}ms",
       "Top-tree prove succeeded for epoch 3055 in 488554.3300979771ms", {}, "top_tree.finished",
       {"fromCheckpoint", "toCheckpoint", "totalElapsedMs"}},
      {kNode, "5.2",
       "Cancelling TopTreeJob for epoch {epoch} (checkpoints {from_checkpoint}..{to_checkpoint})",
       "Cancelling TopTreeJob for epoch 3056 (checkpoints 53164..53167)", {}, "top_tree.cancelled",
       {"elapsedMs"}},
      {kNode, "5.2", "Error cancelling top tree", "Error cancelling top tree: Error: Aborted"},
      {kNode, "5.2", "Error stopping top tree", "Error stopping top tree: Error: Aborted"},
  };
  // clang-format on
}

}  // namespace

std::vector<MessageSpec> EpochSessionMessages() {
  std::vector<MessageSpec> all = Sessions();
  for (const auto& part : {Checkpoints(), TopTree()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace proverlog::catalogue
