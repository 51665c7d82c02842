#ifndef PROVERLOG_BENCH_GENERATOR_NODE_LOG_H_
#define PROVERLOG_BENCH_GENERATOR_NODE_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "bench/generator/process_log.h"
#include "bench/generator/random.h"

namespace proverlog::generator {

// What the prover node says of its epochs, in a release's spelling. An epoch has 32 slots.
class NodeLog {
 public:
  // `random` is for ids, sizes and the like.
  NodeLog(Release release, ProcessLog log, Random* random)
      : release_(release), log_(std::move(log)), random_(random) {}

  void Started();

  void EpochStarted(int32_t epoch, const std::vector<int>& block_txs);
  // It was proven, and the proof is on L1.
  void EpochProven(int64_t millis);
  void EpochFailed(absl::string_view error);
  // The facade sends the inputs of an AVM proof.
  void AvmRequested();
  void JobErrored(const JobName& job, absl::string_view error);

 private:
  void Blocks(const std::vector<int>& block_txs);
  void SessionStarted();
  void SessionProven(int64_t millis);
  void Published();
  std::string SessionData() const;

  Release release_;
  ProcessLog log_;
  Random* random_;

  // Of the epoch that is proven.
  int32_t epoch_ = 0;
  std::string uuid_;
  int32_t first_ = 53100;  // block, up to 1.x; else checkpoint
  int32_t last_ = 53100;
};

}  // namespace proverlog::generator

#endif  // PROVERLOG_BENCH_GENERATOR_NODE_LOG_H_
