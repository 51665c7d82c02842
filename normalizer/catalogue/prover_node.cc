#include "normalizer/catalogue/catalogue.h"

namespace proverlog::catalogue {
namespace {

// prover-node:epoch-proving-job and prover-node:epoch-monitor: the epochs up to 4.x. From 5.x an
// epoch is proven by sessions, see epoch_session.cc.
std::vector<MessageSpec> Epochs() {
  using enum Writer;
  // A table: one entry a message reads better than one field a line.
  // clang-format off
  return {
      {kNode, "0.87-5.2", "Epoch {epoch} is ready to be proven", "Epoch 3054 is ready to be proven",
       {}, "epoch.ready"},
      {kNode, "0.87-5.2", "Epoch {any} already processed", "Epoch 3054 already processed"},
      {kNode, "0.87-5.2", "Epoch {any} is not complete", "Epoch 3054 is not complete"},
      {kNode, "0.87-4.1", "Epoch to prove: {any}", "Epoch to prove: 3054"},
      {kNode, "0.87-5.2", "Next block to prove {any} not yet mined",
       "Next block to prove 53100 not yet mined"},
      {kNode, "4.1-5.2", "Waiting {ms}ms before proving epoch {epoch}",
       "Waiting 12000ms before proving epoch 3054", {}, "epoch.delayed"},
      {kNode, "4.1-5.2", "Prover node epoch monitor running with delay of {any}",
       "Prover node epoch monitor running with delay of 12000ms"},
      {kNode, "0.87-5.2", "Started EpochMonitor", "Started EpochMonitor"},
      {kNode, "0.87-5.2", "Stopped EpochMonitor", "Stopped EpochMonitor"},

      {kNode, "0.87-2.0",
       "Starting epoch {epoch} proving job with blocks {from_block} to {to_block}",
       "Starting epoch 3054 proving job with blocks 53100 to 53131", {}, "epoch.started",
       {"uuid", "epochSizeBlocks"}},
      {kNode, "4.1",
       "Starting epoch {epoch} proving job with checkpoints {from_checkpoint} to {to_checkpoint}",
       "Starting epoch 3054 proving job with checkpoints 53100 to 53131", {}, "epoch.started",
       {"uuid", "epochSizeTxs", "fromBlock", "toBlock"}},
      {kNode, "0.87-4.1", "Starting processing block {block}",
       "Starting processing block 53100", {},
       "block.processing", {"uuid", "blockHash"}},
      {kNode, "0.87-4.1", "Processed all {count} txs for block {block}",
       "Processed all 3 txs for block 53100", {}, "block.processed", {"uuid", "blockHash"}},
      {kNode, "0.87-2.0", "Creating fork at {any} with {any} L1 to L2 messages",
       "Creating fork at 53100 with 16 L1 to L2 messages"},
      {kNode, "4.1", "Creating fork at {any}", "Creating fork at 53100"},
      {kNode, "4.1", "Inserting {any} L1 to L2 messages in fork",
       "Inserting 16 L1 to L2 messages in fork"},
      {kNode, "2.0-4.1", "Finalized proof for epoch {epoch}", "Finalized proof for epoch 3054", {},
       "epoch.finalized", {"uuid", "duration"}},
      {kNode, "0.87-1.1", "Finalised proof for epoch {epoch}", "Finalised proof for epoch 3054", {},
       "epoch.finalized", {"uuid", "duration"}},
      {kNode, "0.87-2.0", "Submitted proof for epoch {epoch} (blocks {from_block} to {to_block})",
       "Submitted proof for epoch 3054 (blocks 53100 to 53131)", {}, "epoch.submitted", {"uuid"}},
      {kNode, "4.1",
       "Submitted proof for epoch {epoch} (checkpoints {from_checkpoint} to {to_checkpoint})",
       "Submitted proof for epoch 3054 (checkpoints 53100 to 53131)", {}, "epoch.submitted",
       {"uuid"}},
      {kNode, "4.1",
       "Proof publishing is disabled. Dropping valid proof for epoch {epoch} (checkpoints "
       "{from_checkpoint} to {to_checkpoint})",
       "Proof publishing is disabled. Dropping valid proof for epoch 3054 (checkpoints 53100 to "
       "53131)", {}, "epoch.dropped"},
      {kNode, "0.87-4.1", "Halted execution of epoch {epoch} prover job",
       "Halted execution of epoch 3054 prover job", {}, "epoch.halted", {"uuid", "details"}},
      {kNode, "0.87-4.1", "Error running epoch {epoch} prover job: {error...}",
       "Error running epoch 3054 prover job: Error: Failed to submit epoch proof to L1", {},
       "epoch.failed", {"uuid"}},
      {kNode, "0.87-4.1", "Stopping job due to deadline hit",
       "Stopping job due to deadline hit", {},
       "epoch.deadline", {"uuid", "epochNumber"}},
      {kNode, "0.87-4.1", "Error stopping job", "Error stopping job: Error: Aborted"},
      {kNode, "0.87-4.1", "Epoch blocks changed underfoot", "Epoch blocks changed underfoot", {},
       "epoch.reorg", {"uuid", "epochNumber"}},
      {kNode, "0.87-4.1", "No L2 block source available, skipping epoch check",
       "No L2 block source available, skipping epoch check"},
      {kNode, "0.87-4.1", "Scheduled epoch check for epoch {any} every {any}",
       "Scheduled epoch check for epoch 3054 every 2500ms"},
  };
  // clang-format on
}

// prover-node, the process
std::vector<MessageSpec> Node() {
  using enum Writer;
  // clang-format off
  return {
      {kNode, "0.87-4.1", "Running jobs as {any} is ready to prove",
       "Running jobs as 3054 is ready to prove"},
      {kNode, "0.87-4.1", "Not starting proof for {epoch} since {reason...}",
       "Not starting proof for 3055 since there are active jobs for the epoch", {},
       "epoch.skipped", {"activeJobs"}},
      {kNode, "0.87-4.1", "Error handling epoch completed: {error...}",
       "Error handling epoch completed: Error: fetch failed", {}, "epoch.failed"},
      {kNode, "0.87-4.1", "Running new job for epoch {epoch} due to reorg",
       "Running new job for epoch 3056 due to reorg", {}, "epoch.restarted", {"uuid"}},
      // Where the job did not complete, the level is error and the job's data stands in the text.
      {kNode, "0.87-4.1", "Job for {epoch} exited with state {state}: {any...}uuid: '{session}'",
       "Job for 3057 exited with state failed: { uuid: 'b32c0bb6-74b8-447f-abd6-0c297e103300', "
       "epochNumber: 3057 }", {}, "epoch.exited"},
      {kNode, "0.87-4.1", "Job for {epoch} exited with state {state}",
       "Job for 3054 exited with state completed", {}, "epoch.exited", {"uuid"}},
      {kNode, "0.87-4.1", "Error proving epoch {epoch}: {error...}",
       "Error proving epoch 3054: Error: fetch failed", {}, "epoch.failed", {"uuid"}},
      {kNode, "4.1",
       "Creating proving job for epoch {epoch} for checkpoint range {from_checkpoint} to "
       "{to_checkpoint} and block range {from_block} to {to_block}",
       "Creating proving job for epoch 3054 for checkpoint range 53100 to 53131 and block range "
       "53100 to 53131", {}, "epoch.created"},
      {kNode, "0.87-2.0",
       "Creating proving job for epoch {epoch} for block range {from_block} to {to_block}",
       "Creating proving job for epoch 3054 for block range 53100 to 53131", {}, "epoch.created"},
      {kNode, "0.87-4.1", "Gathered all {txs} txs for epoch {epoch}",
       "Gathered all 96 txs for epoch 3054", {}, "epoch.gathered"},
      {kNode, "0.87-4.1", "Gathered all {messages} messages for epoch {epoch}",
       "Gathered all 16 messages for epoch 3054", {}, "epoch.gathered"},
      {kNode, "0.87-4.1", "Gathered previous block header {any} for epoch {any}",
       "Gathered previous block header 53099 for epoch 3054"},
      {kNode, "5.2", "Chain pruned to block {block}", "Chain pruned to block 53140", {},
       "chain.pruned"},

      {kNode, "0.87-5.2", "Started Prover Node with prover id {prover}",
       "Started Prover Node with prover id 0x36a1aeb0ed6c96088f31c583404c38700c6fc63e", {},
       "prover_node.started"},
      {kNode, "0.87-5.2", "Stopping ProverNode", "Stopping ProverNode"},
      {kNode, "0.87-5.2", "Stopped ProverNode", "Stopped ProverNode", {}, "prover_node.stopped"},
      {kNode, "4.1-5.2", "Creating prover with publishers {publishers}",
       "Creating prover with publishers 0xda81a38f5d640defd71a95b3f61a279da8b2af10", {},
       "prover_node.publishers"},
      {kNode, "0.87-2.0",
       "KEY STORE CREATED FROM ENVIRONMENT, IT IS RECOMMENDED TO USE A FILE-BASED",
       "KEY STORE CREATED FROM ENVIRONMENT, IT IS RECOMMENDED TO USE A FILE-BASED KEY STORE IN "
       "PRODUCTION ENVIRONMENTS"},
      {kNode, "0.87-2.0", "Created archiver and synced to block {block}",
       "Created archiver and synced to block 53099", {}, "archiver.synced"},
      {kNode, "0.87-5.2", "Invalid prover-node config ({error...})",
       "Invalid prover-node config (missing dataDirectory, l1ChainId, or rollupVersion)", {},
       "process.misconfigured"},
      {kNode, "5.2", "Timed out stopping proof publishing service",
       "Timed out stopping proof publishing service"},
      {kNode, "5.2", "Could not release chonk-cache entries for expired epoch {any}",
       "Could not release chonk-cache entries for expired epoch 3051"},
  };
  // clang-format on
}

// What is kept of an epoch that failed, and the program that proves it again from that.
std::vector<MessageSpec> Failures() {
  using enum Writer;
  // clang-format off
  return {
      {kNode, "0.87-5.2", "Uploading epoch proof failure for {epoch} to {path...}",
       "Uploading epoch proof failure for 3057 to gs://failed-epochs", {}, "failure.uploading",
       {"jobId"}},
      {kNode, "0.87-5.2", "Uploaded epoch {epoch} proof failure data to {path...}",
       "Uploaded epoch 3057 proof failure data to gs://failed-epochs/3057", {}, "failure.stored",
       {"jobId", "dataUrl"}},
      {kNode, "0.87-5.2", "Cleaning up backup dir {any...}",
       "Cleaning up backup dir /tmp/backup-1"},
      {kNode, "5.2", "Skipping checkpoint-failure upload for {any...}: no longer canonical",
       "Skipping checkpoint-failure upload for 53135:97763: no longer canonical (pruned)"},
      {kNode, "5.2", "Error uploading checkpoint failure for {prover}: {error...}",
       "Error uploading checkpoint failure for 53135:97763: Error: fetch failed", {},
       "failure.not_stored"},

      {kNode, "0.87-5.2", "Downloading epoch proving job data and state from {any...} to {any...}",
       "Downloading epoch proving job data and state from gs://failed-epochs/3057 to /tmp/3057"},
      {kNode, "0.87-5.2", "Downloading epoch proving job data from {any...}",
       "Downloading epoch proving job data from gs://failed-epochs/3057"},
      {kNode, "0.87-5.2", "Downloading state snapshot from {any...} to local data directory",
       "Downloading state snapshot from gs://failed-epochs/3057 to local data directory"},
      {kNode, "0.87-5.2", "Epoch proving job data for epoch {any} downloaded successfully",
       "Epoch proving job data for epoch 3057 downloaded successfully"},
      {kNode, "0.87-5.2", "Download to {any...} complete", "Download to /tmp/3057 complete"},
      {kNode, "0.87-5.2", "Using downloaded data", "Using downloaded data"},
      {kNode, "0.87-5.2", "Loaded proving job data for epoch {any}",
       "Loaded proving job data for epoch 3057"},
      {kNode, "0.87-5.2", "Rerunning proving job from {any...} with state from {any...}",
       "Rerunning proving job from /tmp/3057/data.bin with state from /tmp/3057/state"},
      {kNode, "0.87-4.1", "Rerunning epoch proving job for epoch {epoch}",
       "Rerunning epoch proving job for epoch 3057", {}, "epoch.rerun"},
      {kNode, "5.2", "Rerunning epoch proving for epoch {epoch}",
       "Rerunning epoch proving for epoch 3057", {}, "epoch.rerun"},
      {kNode, "5.2", "Rerunning checkpoint proving for checkpoint {any} (epoch {any})",
       "Rerunning checkpoint proving for checkpoint 53135 (epoch 3057)"},
      {kNode, "0.87-4.1", "Completed job for epoch {epoch} with status {state}",
       "Completed job for epoch 3057 with status completed", {}, "epoch.rerun_finished"},
      {kNode, "5.2", "Completed proving for epoch {epoch} with status {state}",
       "Completed proving for epoch 3057 with status completed", {}, "epoch.rerun_finished"},
      {kNode, "5.2", "Completed proving for checkpoint {any} with {any} block proof(s)",
       "Completed proving for checkpoint 53135 with 4 block proof(s)"},
  };
  // clang-format on
}

}  // namespace

std::vector<MessageSpec> ProverNodeMessages() {
  std::vector<MessageSpec> all = Epochs();
  for (const auto& part : {Node(), Failures()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace proverlog::catalogue
