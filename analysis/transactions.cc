#include "analysis/transactions.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace proverlog {
namespace {

int32_t MostAtOnce(const std::vector<CircuitRun>& proofs) {
  std::vector<std::pair<absl::Time, int>> steps;
  for (const CircuitRun& proof : proofs) {
    steps.emplace_back(BeginOf(proof), +1);
    steps.emplace_back(absl::FromUnixMillis(proof.at), -1);
  }
  std::sort(steps.begin(), steps.end());
  int32_t running = 0;
  int32_t most = 0;
  for (const auto& [at, change] : steps) {
    running += change;
    most = std::max(most, running);
  }
  return most;
}

}  // namespace

absl::Time BeginOf(const CircuitRun& proof) {
  return absl::FromUnixMillis(proof.at) - absl::Microseconds(proof.micros);
}

TransactionSummary SummarizeTransactions(std::vector<CircuitRun> proofs) {
  std::sort(proofs.begin(), proofs.end(), [](const CircuitRun& a, const CircuitRun& b) {
    return std::tie(a.at, a.tx, a.micros) < std::tie(b.at, b.tx, b.micros);
  });
  TransactionSummary summary;
  summary.proofs = static_cast<int32_t>(proofs.size());
  summary.max_parallel = MostAtOnce(proofs);
  std::map<std::string, size_t> known;
  for (CircuitRun& proof : proofs) {
    if (proof.job) ++summary.joined;
    const absl::Time begin = BeginOf(proof);
    summary.first = std::min(begin, summary.first.value_or(begin));
    summary.last = absl::FromUnixMillis(proof.at);
    const auto [entry, is_new] = known.try_emplace(proof.tx, summary.transactions.size());
    if (is_new) summary.transactions.push_back({proof.tx, {}});
    summary.transactions[entry->second].proofs.push_back(std::move(proof));
  }
  if (summary.first && *summary.last > *summary.first) {
    summary.per_second = static_cast<double>(summary.transactions.size()) /
                         absl::ToDoubleSeconds(*summary.last - *summary.first);
  }
  return summary;
}

}  // namespace proverlog
