#ifndef PROVERLOG_ANALYSIS_TRANSACTIONS_H_
#define PROVERLOG_ANALYSIS_TRANSACTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "model/circuit_run.h"

namespace proverlog {

// A public transaction and its AVM proofs.
struct Transaction {
  std::string hash;                // as the logs print it
  std::vector<CircuitRun> proofs;  // by their end, at least one
};

// When the proof began: its end, cut to milliseconds, less its duration.
absl::Time BeginOf(const CircuitRun& proof);

struct TransactionSummary {
  std::vector<Transaction> transactions;  // by the end of their first proof, then by hash
  int32_t proofs = 0;
  int32_t joined = 0;                // of proofs: those whose job is known
  std::optional<absl::Time> first;   // when the first proof began
  std::optional<absl::Time> last;    // when the last one ended
  std::optional<double> per_second;  // transactions between these two
  int32_t max_parallel = 0;          // proofs at one instant; ends come before beginnings
};

// `proofs` are AVM proofs, each once, in any order.
TransactionSummary SummarizeTransactions(std::vector<CircuitRun> proofs);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_TRANSACTIONS_H_
