#include "normalizer/catalogue/catalogue.h"

namespace proverlog::catalogue {
namespace {

// prover-client:orchestrator up to 4.x, the sub-tree and top-tree orchestrators of 5.x
std::vector<MessageSpec> Progress() {
  using enum Writer;
  // A table: one entry a message reads better than one field a line.
  // clang-format off
  return {
      {kNode, "0.87-2.0", "Starting epoch {epoch} with {blocks} blocks",
       "Starting epoch 3054 with 32 blocks", {}, "epoch.orchestrated"},
      {kNode, "4.1", "Starting epoch {epoch} with {checkpoints} checkpoints.",
       "Starting epoch 3054 with 32 checkpoints.", {}, "epoch.orchestrated"},
      {kNode, "4.1-5.2", "Starting block {block} for slot {slot}.{end}",
       "Starting block 53100 for slot 97728.", {}, "block.started"},
      {kNode, "0.87-2.0", "Starting block {block} for slot {slot}",
       "Starting block 53100 for slot 97728", {}, "block.started"},
      {kNode, "0.87-2.0",
       "Adding {count} transactions with {blob_fields} blob fields to block {block}",
       "Adding 3 transactions with 412 blob fields to block 53101", {}, "block.txs_added"},
      {kNode, "4.1-5.2", "Adding {count} transactions to block {block}",
       "Adding 3 transactions to block 53101", {}, "block.txs_added"},
      {kNode, "0.87-4.1", "Provided no txs to orchestrator addTxs.",
       "Provided no txs to orchestrator addTxs."},
      {kNode, "5.2", "Provided no txs to addTxs.", "Provided no txs to addTxs."},
      {kNode, "0.87-5.2", "Received transaction: {tx}", "Received transaction: 0x7b199340", {},
       "tx.received"},
      {kNode, "0.87-5.2", "Block {block} completed. Assembling header.",
       "Block 53100 completed. Assembling header.", {}, "block.completed"},
      {kNode, "0.87-5.2", "Updating archive tree with block {any} header {any}",
       "Updating archive tree with block 53100 header 0x2ab1c96e"},
      {kNode, "0.87-2.0", "Orchestrator finalised block {block}",
       "Orchestrator finalised block 53100",
       {}, "block.finalized"},
      {kNode, "0.87-2.0", "Completed proof for padding block root.",
       "Completed proof for padding block root."},
      {kNode, "4.1", "Completed proof for padding checkpoint.",
       "Completed proof for padding checkpoint."},
      {kNode, "4.1", "Completed proof for checkpoint merge rollup.",
       "Completed proof for checkpoint merge rollup."},
      {kNode, "0.87-5.2", "Completed proof for {circuit} for tx {tx}",
       "Completed proof for private-base-rollup for tx 0x7b199340", {}, "tx.proved"},
      {kNode, "5.2", "Completed block merge rollup proof for checkpoint {any}",
       "Completed block merge rollup proof for checkpoint 2"},
      {kNode, "0.87-5.2", "Completed {circuit} proof for block {block}",
       "Completed block-root-rollup proof for block 53100", {}, "block.proved"},
      // The checkpoint is counted within the epoch here.
      {kNode, "5.2", "Completed checkpoint root proof for checkpoint {index}",
       "Completed checkpoint root proof for checkpoint 2", {}, "checkpoint.proved"},
      {kNode, "4.1", "Completed {circuit} proof for checkpoint {index}.{end}",
       "Completed rollup-checkpoint-root proof for checkpoint 2.", {}, "checkpoint.proved"},
      {kNode, "0.87-4.1", "Orchestrator completed root rollup for epoch {epoch}",
       "Orchestrator completed root rollup for epoch 3054", {}, "epoch.proved"},
      {kNode, "5.2", "Completed root rollup for epoch {epoch}",
       "Completed root rollup for epoch 3054", {}, "epoch.proved"},

      // Errors. What was expected and what came follows on further lines.
      {kNode, "0.87-5.2", "Block header mismatch: header={any...} expectedHeader=",
       "Block header mismatch: header=0x01 expectedHeader=0x02", {}, "block.mismatch"},
      {kNode, "0.87-5.2", "Block header mismatch.",
       "Block header mismatch.\nCircuit: BlockHeader 1\nComputed: BlockHeader 2", {},
       "block.mismatch"},
      {kNode, "4.1-5.2", "Archive tree mismatch for block {block}: {error...}",
       "Archive tree mismatch for block 53100: world state synced to 0x01 but built 0x02", {},
       "block.mismatch"},
      {kNode, "4.1-5.2", "New archive mismatch.", "New archive mismatch.\nCircuit: 1\nComputed: 2",
       {}, "block.mismatch"},
      {kNode, "0.87-2.0", "New archive root mismatch.",
       "New archive root mismatch.\nCircuit: 0x01\nComputed: 0x02", {}, "block.mismatch"},
      {kNode, "0.87-4.1", "Blob accumulator state mismatch.",
       "Blob accumulator state mismatch.\nCircuit: 1\nComputed: 2", {}, "block.mismatch"},
      {kNode, "0.87-5.2", "Error closing db for block {any}",
       "Error closing db for block 53100: Error: database is closed"},
      {kNode, "0.87-5.2", "Error thrown when proving job: {error...}",
       "Error thrown when proving job: Error: Failed to generate proof.", {}, "proving.failed"},
      {kNode, "5.2", "Chonk verifier proof failed for tx {tx}: {error...}",
       "Chonk verifier proof failed for tx 0x7b199340: Error: Aborted", {}, "tx.failed"},
      {kNode, "0.87-2.0",
       "Error thrown when proving AVM circuit with AVM_PROVING_STRICT on: {error...}",
       "Error thrown when proving AVM circuit with AVM_PROVING_STRICT on: Error: Exit code 1", {},
       "proving.failed"},
      {kNode, "0.87-2.0",
       "Error thrown when proving AVM circuit but AVM_PROVING_STRICT is off. Use snapshotted AVM "
       "inputs and carrying on. {error...}",
       "Error thrown when proving AVM circuit but AVM_PROVING_STRICT is off. Use snapshotted AVM "
       "inputs and carrying on. Error: Exit code 1.", {}, "proving.failed"},
      {kNode, "0.87-2.0", "Error thrown when proving snapshotted AVM inputs.: {error...}",
       "Error thrown when proving snapshotted AVM inputs.: Error: Exit code 1", {},
       "proving.failed"},
  };
  // clang-format on
}

// What the orchestrator does next, at level debug: the jobs themselves tell it better.
std::vector<MessageSpec> Steps() {
  using enum Writer;
  // clang-format off
  return {
      {kNode, "0.87-5.2", "Enqueueing public VM for tx {any}", "Enqueueing public VM for tx 3"},
      {kNode, "4.1-5.2", "Enqueueing base rollup for private-only tx {any}",
       "Enqueueing base rollup for private-only tx 3"},
      {kNode, "5.2", "Enqueueing chonk-verifier circuit", "Enqueueing chonk-verifier circuit"},
      {kNode, "0.87-5.2", "Enqueuing deferred proving base rollup for {any}",
       "Enqueuing deferred proving base rollup for 0x7b199340"},
      {kNode, "0.87-2.0", "Enqueuing tube circuit for tx index: {any}",
       "Enqueuing tube circuit for tx index: 3"},
      {kNode, "4.1", "Enqueuing chonk verifier circuit for tx index: {any}",
       "Enqueuing chonk verifier circuit for tx index: 3"},
      {kNode, "4.1", "Enqueuing {any} for checkpoint {any}",
       "Enqueuing rollup-checkpoint-root for checkpoint 2."},
      {kNode, "0.87-2.0", "Enqueuing {any} for block {any} with {any} l1 to l2 msgs.",
       "Enqueuing block-root-rollup for block 53100 with 16 l1 to l2 msgs."},
      {kNode, "4.1-5.2", "Enqueuing {any} for block {any}",
       "Enqueuing rollup-block-root for block 53100."},
      {kNode, "0.87-2.0", "Starting tube circuit for tx {any}",
       "Starting tube circuit for tx 0x7b199340"},
      {kNode, "4.1", "Starting chonk verifier circuit for tx {any}",
       "Starting chonk verifier circuit for tx 0x7b199340"},
      {kNode, "0.87-2.0", "Accumulating blobs for {any}", "Accumulating blobs for 53100"},
      {kNode, "0.87-2.0", "Got tube proof for tx index: {any}", "Got tube proof for tx index: 3"},
      {kNode, "0.87-2.0", "Tube proof already enqueued for tx index: {any}",
       "Tube proof already enqueued for tx index: 3"},
      {kNode, "4.1", "Got chonk verifier proof for tx index: {any}",
       "Got chonk verifier proof for tx index: 3"},
      {kNode, "4.1", "Chonk verifier proof already enqueued for tx index: {any}",
       "Chonk verifier proof already enqueued for tx index: 3"},
      {kNode, "5.2", "Chonk-verifier proof failed; evicted from cache",
       "Chonk-verifier proof failed; evicted from cache", {}, "tx.failed", {"txHash", "error"}},
      {kNode, "5.2", "Released {any} chonk-verifier cache entries",
       "Released 3 chonk-verifier cache entries"},
      {kNode, "0.87-5.2", "Proven VM for tx index: {any}", "Proven VM for tx index: 3"},
      {kNode, "0.87-5.2", "Public functions completed for tx {any} enqueueing base rollup",
       "Public functions completed for tx 3 enqueueing base rollup"},
      {kNode, "0.87-4.1", "Padding epoch proof with a padding block root proof.",
       "Padding epoch proof with a padding block root proof."},
      {kNode, "0.87-4.1", "Preparing root rollup", "Preparing root rollup"},
      {kNode, "0.87-2.0", "Cleaning up world state fork for {any}",
       "Cleaning up world state fork for 53100"},
  };
  // clang-format on
}

// Why the orchestrator does nothing: an epoch was cancelled, or a step is done already.
std::vector<MessageSpec> NothingToDo() {
  using enum Writer;
  // clang-format off
  return {
      {kNode, "0.87-5.2", "Not enqueuing job, state no longer valid",
       "Not enqueuing job, state no longer valid"},
      {kNode, "5.2", "State no longer valid, discarding error from proving job",
       "State no longer valid, discarding error from proving job"},
      {kNode, "0.87-5.2", "State no longer valid, discarding result",
       "State no longer valid, discarding result"},
      {kNode, "0.87-2.0", "Discarding proving job, state no longer valid",
       "Discarding proving job, state no longer valid"},
      {kNode, "0.87-2.0", "Not preparing base rollup inputs, state invalid",
       "Not preparing base rollup inputs, state invalid"},
      {kNode, "0.87-5.2", "Not running base rollup, state invalid",
       "Not running base rollup, state invalid"},
      {kNode, "0.87-2.0", "Not running tube circuit, state invalid",
       "Not running tube circuit, state invalid"},
      {kNode, "4.1", "Not running chonk verifier circuit, state invalid",
       "Not running chonk verifier circuit, state invalid"},
      {kNode, "0.87-5.2", "Not running merge rollup. State no longer valid.",
       "Not running merge rollup. State no longer valid."},
      {kNode, "0.87-5.2", "Not running block root rollup, state no longer valid",
       "Not running block root rollup, state no longer valid"},
      {kNode, "0.87-5.2", "Not running base parity. State no longer valid.",
       "Not running base parity. State no longer valid."},
      {kNode, "0.87-5.2", "Not running root parity. State no longer valid.",
       "Not running root parity. State no longer valid."},
      {kNode, "0.87-5.2", "Not running block merge rollup. State no longer valid.",
       "Not running block merge rollup. State no longer valid."},
      {kNode, "4.1", "Not running checkpoint root rollup. State no longer valid.",
       "Not running checkpoint root rollup. State no longer valid."},
      {kNode, "4.1", "Not running checkpoint merge rollup. State no longer valid.",
       "Not running checkpoint merge rollup. State no longer valid."},
      {kNode, "0.87-4.1", "Not running epoch padding. State no longer valid.",
       "Not running epoch padding. State no longer valid."},
      {kNode, "0.87-4.1", "Not running root rollup, state no longer valid",
       "Not running root rollup, state no longer valid"},
      {kNode, "0.87-5.2", "Not running VM circuit as state is no longer valid",
       "Not running VM circuit as state is no longer valid"},
      {kNode, "0.87-5.2", "Not ready for block root rollup", "Not ready for block root rollup"},
      {kNode, "0.87-4.1", "Not ready for root rollup", "Not ready for root rollup"},
      {kNode, "4.1-5.2", "Base rollup for tx {any} already started.",
       "Base rollup for tx 3 already started."},
      {kNode, "4.1-5.2", "Base parity {any} already started.", "Base parity 3 already started."},
      {kNode, "4.1-5.2", "Merge rollup already started.", "Merge rollup already started."},
      {kNode, "0.87-5.2", "Block root rollup already started",
       "Block root rollup already started."},
      {kNode, "4.1-5.2", "Root parity already started.", "Root parity already started."},
      {kNode, "4.1-5.2", "Block merge rollup already started.",
       "Block merge rollup already started."},
      {kNode, "4.1", "Checkpoint root rollup already started.",
       "Checkpoint root rollup already started."},
      {kNode, "4.1", "Checkpoint merge rollup already started.",
       "Checkpoint merge rollup already started."},
      {kNode, "4.1", "Padding checkpoint already started.", "Padding checkpoint already started."},
      {kNode, "4.1-5.2", "Block header not built yet, skipping header check.",
       "Block header not built yet, skipping header check."},
      {kNode, "4.1-5.2", "Block root rollup proof not built yet, skipping header check.",
       "Block root rollup proof not built yet, skipping header check."},
      {kNode, "4.1-5.2", "Archive snapshot not yet captured, skipping header check.",
       "Archive snapshot not yet captured, skipping header check."},
  };
  // clang-format on
}

// lightweight-block-factory, checkpoint-builder: blocks and checkpoints built without proving
std::vector<MessageSpec> Building() {
  using enum Writer;
  // clang-format off
  return {
      {kNode, "0.87-2.0", "Starting new block", "Starting new block"},
      {kNode, "0.87-5.2", "Built block {any}", "Built block 53100"},
      {kNode, "4.1-5.2", "Starting new checkpoint", "Starting new checkpoint"},
      {kNode, "4.1-5.2", "Resuming checkpoint from existing blocks",
       "Resuming checkpoint from existing blocks"},
      {kNode, "4.1-5.2", "Inserting side effects for {any} txs for block {any} into db",
       "Inserting side effects for 3 txs for block 53100 into db"},
      {kNode, "4.1-5.2", "End state after processing txs does not match expected end state",
       "End state after processing txs does not match expected end state", {}, "block.mismatch"},
      {kNode, "5.2", "Completed checkpoint {any}", "Completed checkpoint 53135"},
  };
  // clang-format on
}

}  // namespace

std::vector<MessageSpec> OrchestratorMessages() {
  std::vector<MessageSpec> all = Progress();
  for (const auto& part : {Steps(), NothingToDo(), Building()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace proverlog::catalogue
