#include "bench/generator/node_log.h"

#include <numeric>

#include "absl/strings/str_cat.h"

namespace proverlog::generator {
namespace {

constexpr absl::string_view kNode = "prover-node";
constexpr absl::string_view kEpochJob = "prover-node:epoch-proving-job";
constexpr absl::string_view kSession = "prover-node:epoch-session";
constexpr absl::string_view kTopTree = "prover-node:top-tree-job";
constexpr absl::string_view kPublishing = "prover-node:proof-publishing-service";
constexpr absl::string_view kOrchestrator = "prover-client:orchestrator";
constexpr absl::string_view kFacade = "prover-client:broker-circuit-prover-facade";
constexpr int kSlots = 32;

}  // namespace

void NodeLog::Started() {
  log_.Info("telemetry:client", "Using NoopTelemetryClient");
  log_.Info(kNode,
            absl::StrCat("Started Prover Node with prover id 0x", random_->Hex64().substr(24)),
            R"("proverNodeMaxPendingJobs":10,"proverNodePollingIntervalMs":1000)");
  log_.Info("prover-node:epoch-monitor", "Started EpochMonitor", R"("pollingIntervalMs":1000)");
}

void NodeLog::EpochStarted(int32_t epoch, const std::vector<int>& block_txs) {
  epoch_ = epoch;
  uuid_ = random_->Uuid();
  first_ = last_ + 1;
  last_ += release_ == Release::k1_1 ? static_cast<int32_t>(block_txs.size()) : kSlots;
  const std::string range = absl::StrCat(first_, " to ", last_);
  const std::string ids = absl::StrCat(R"(,"epochNumber":)", epoch_, R"(,"uuid":")", uuid_, "\"");
  if (release_ == Release::k1_1) {
    log_.Info(kEpochJob,
              absl::StrCat("Starting epoch ", epoch_, " proving job with blocks ", range),
              absl::StrCat(R"("fromBlock":)", first_, R"(,"toBlock":)", last_,
                           R"(,"epochSizeBlocks":)", block_txs.size(), ids));
    log_.Info(kOrchestrator,
              absl::StrCat("Starting epoch ", epoch_, " with ", block_txs.size(), " blocks"));
  } else if (release_ == Release::k4_1) {
    log_.Info(
        kEpochJob, absl::StrCat("Starting epoch ", epoch_, " proving job with checkpoints ", range),
        absl::StrCat(R"("fromBlock":)", first_, R"(,"toBlock":)", last_, R"(,"epochSizeTxs":)",
                     std::accumulate(block_txs.begin(), block_txs.end(), 0), ids));
    log_.Info(kOrchestrator,
              absl::StrCat("Starting epoch ", epoch_, " with ", kSlots, " checkpoints."));
  } else {
    SessionStarted();
  }
  Blocks(block_txs);
}

void NodeLog::Blocks(const std::vector<int>& block_txs) {
  int32_t block = first_;
  for (const int txs : block_txs) {
    const absl::string_view dot = release_ == Release::k1_1 ? "" : ".";
    log_.Info(kOrchestrator, absl::StrCat("Starting block ", block, " for slot ",
                                          epoch_ * kSlots + (block - first_), dot));
    if (release_ == Release::k1_1) {
      log_.Info(kOrchestrator,
                absl::StrCat("Adding ", txs, " transactions with ", 100 + random_->Below(900),
                             " blob fields to block ", block));
    } else {
      log_.Info(kOrchestrator, absl::StrCat("Adding ", txs, " transactions to block ", block));
    }
    ++block;
  }
}

// The members that every line about a session of 5.x has.
std::string NodeLog::SessionData() const {
  return absl::StrCat(R"("uuid":")", uuid_, R"(","kind":"full","epochNumber":)", epoch_,
                      R"(,"fromSlot":)", epoch_ * kSlots, R"(,"toSlot":)",
                      epoch_ * kSlots + kSlots - 1);
}

void NodeLog::SessionStarted() {
  for (int32_t checkpoint = first_; checkpoint <= last_; ++checkpoint) {
    log_.Info(kNode, absl::StrCat("New checkpoint ", checkpoint, " for epoch ", epoch_),
              absl::StrCat(R"("checkpointNumber":)", checkpoint, R"(,"epochNumber":)", epoch_,
                           R"(,"slotNumber":)", epoch_ * kSlots + (checkpoint - first_)));
  }
  const std::string range = absl::StrCat(first_, "..", last_);
  const std::string data =
      absl::StrCat(R"("epochNumber":)", epoch_, R"(,"fromCheckpoint":)", first_,
                   R"(,"toCheckpoint":)", last_, R"(,"checkpointCount":)", kSlots);
  log_.Info(kSession, absl::StrCat("Created EpochSession ", uuid_),
            absl::StrCat(SessionData(), R"(,"checkpointCount":)", kSlots));
  log_.Info(kTopTree,
            absl::StrCat("Created TopTreeJob for epoch ", epoch_, " covering checkpoints ", range),
            data);
  log_.Info(
      kTopTree,
      absl::StrCat("Starting top-tree prove for epoch ", epoch_, " (checkpoints ", range, ")"),
      data);
}

void NodeLog::EpochProven(int64_t millis) {
  if (release_ == Release::k5_2) return SessionProven(millis);
  const bool old = release_ == Release::k1_1;
  const std::string ids = absl::StrCat(R"("epochNumber":)", epoch_, R"(,"uuid":")", uuid_, "\"");
  log_.Info(kEpochJob, absl::StrCat(old ? "Finalised" : "Finalized", " proof for epoch ", epoch_),
            absl::StrCat(ids, R"(,"duration":)", millis, ".", random_->Below(1'000'000)));
  Published();
  log_.Info(kEpochJob,
            absl::StrCat("Submitted proof for epoch ", epoch_, " (",
                         old ? "blocks " : "checkpoints ", first_, " to ", last_, ")"),
            ids);
}

void NodeLog::SessionProven(int64_t millis) {
  const std::string duration = absl::StrCat(millis, ".", random_->Below(1'000'000));
  const std::string checkpoints =
      absl::StrCat(R"(,"fromCheckpoint":)", first_, R"(,"toCheckpoint":)", last_);
  log_.Info(kTopTree,
            absl::StrCat("Top-tree prove succeeded for epoch ", epoch_, " in ", duration, "ms"),
            absl::StrCat(R"("epochNumber":)", epoch_, checkpoints, R"(,"durationMs":)", duration,
                         R"(,"totalElapsedMs":)", duration));
  log_.Info(kSession, absl::StrCat("Top-tree proof ready for EpochSession ", uuid_),
            absl::StrCat(SessionData(), checkpoints, R"(,"durationMs":)", duration));
  const std::string candidate = absl::StrCat(R"("candidateId":")", uuid_, R"(","epoch":)", epoch_,
                                             R"(,"startBlock":)", first_, R"(,"endBlock":)", last_);
  log_.Info(kPublishing, absl::StrCat("Candidate proof ", uuid_, " submitted for publishing"),
            candidate);
  log_.Info(kPublishing, absl::StrCat("Publishing candidate ", uuid_),
            absl::StrCat(candidate, checkpoints));
  Published();
  log_.Info(kPublishing, absl::StrCat("Candidate ", uuid_, " resolved as published"),
            absl::StrCat(R"("candidateId":")", uuid_, R"(","outcome":"published")"));
  log_.Info(kSession,
            absl::StrCat("Submitted proof for epoch ", epoch_, " (checkpoints ", first_, "..",
                         last_, ")"),
            SessionData());
  log_.Info("prover-node:session-manager",
            absl::StrCat("Session ", uuid_, " exited with state completed"));
}

void NodeLog::Published() {
  constexpr absl::string_view kPublisher = "prover-node:l1-tx-publisher";
  const absl::string_view part = release_ == Release::k1_1 ? "Block" : "Checkpoint";
  const std::string range =
      absl::StrCat(R"("from)", part, R"(":)", first_, R"(,"to)", part, R"(":)", last_);
  log_.Info(kPublisher, "Submitting epoch proof to L1 rollup contract",
            absl::StrCat(R"("proofSize":14656,)", range));
  const std::string transaction = random_->Hex64();
  log_.Info(kPublisher, "Published epoch proof to L1 rollup contract",
            absl::StrCat(R"("gasPrice":"1500000010","gasUsed":"3284321","transactionHash":"0x)",
                         transaction, R"(","calldataGas":210000,"calldataSize":15812,"sender":"0x)",
                         random_->Hex64().substr(24),
                         R"(","blobDataGas":"0","blobGasUsed":"0",)"
                         R"("eventName":"proof-published-to-l1","epochNumber":)",
                         epoch_, ",", range));
}

void NodeLog::EpochFailed(absl::string_view error) {
  if (release_ == Release::k5_2) {
    log_.Error(kSession, absl::StrCat("Error in EpochSession ", uuid_, ": Error: ", error),
               SessionData());
    log_.Info("prover-node:session-manager",
              absl::StrCat("Session ", uuid_, " exited with state failed"));
    return;
  }
  log_.Error(kEpochJob, absl::StrCat("Error running epoch ", epoch_, " prover job: Error: ", error),
             absl::StrCat(R"("uuid":")", uuid_, R"(","epochNumber":)", epoch_));
  log_.Error(kNode, absl::StrCat("Job for ", epoch_, " exited with state failed: { uuid: '", uuid_,
                                 "', epochNumber: ", epoch_, " }"));
}

void NodeLog::AvmRequested() {
  if (release_ != Release::k1_1) return;
  log_.Info(kFacade, "getAvmProof() called with skipPublicInputsValidation: undefined");
}

void NodeLog::JobErrored(const JobName& job, absl::string_view error) {
  log_.Error(kFacade, absl::StrCat("Resolving proving job with error id=", job.id,
                                   " type=", job.type, ": '", error, "'"));
  log_.Error(kFacade, absl::StrCat("Job errored with '", error, "' id=", job.id, " type=", job.type,
                                   ": {\n  provingJobId: '", job.id, "',\n  provingJobType: '",
                                   job.type, "'\n}"));
}

}  // namespace proverlog::generator
