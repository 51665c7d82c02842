#include "storage/postgres/circuit_summary.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "analysis/duration_stats.h"

namespace proverlog::postgres {
namespace {

constexpr double kMicrosPerMilli = 1000;
// An epoch has some ten circuits; more are only in hostile logs.
constexpr size_t kMaxSummaries = 200;

auto IdentityOf(const CircuitRun& run) {
  return std::tie(run.at, run.circuit, run.step, run.micros, run.tx);
}

auto RankOf(const PackedRun& run) {
  return std::tuple(!run.job, run.run.origin.stream_id, run.run.origin.offset);
}

// The mean of the values that are there.
class Mean {
 public:
  void Add(const std::optional<int64_t>& value) {
    if (!value) return;
    sum_ += static_cast<double>(*value);
    ++count_;
  }
  std::optional<double> value() const {
    if (count_ == 0) return std::nullopt;
    return sum_ / count_;
  }

 private:
  double sum_ = 0;
  int count_ = 0;
};

// The runs of one step of one circuit.
struct Collected {
  std::vector<int64_t> micros;
  int64_t joined = 0;
  Mean input_size;
  Mean output_size;
  std::optional<int64_t> circuit_size;
  size_t order = 0;  // among the circuits and steps, as they first appear

  void Add(const PackedRun& packed) {
    const CircuitRun& run = packed.run;
    micros.push_back(run.micros);
    if (packed.job) ++joined;
    input_size.Add(run.input_size);
    output_size.Add(run.output_size);
    circuit_size = std::max(circuit_size, run.circuit_size);
  }
};

CircuitSummary Summarize(const std::string& circuit, CircuitStep step, Collected& collected) {
  std::vector<int64_t>& micros = collected.micros;
  std::sort(micros.begin(), micros.end());
  CircuitSummary summary;
  summary.circuit = circuit;
  summary.step = std::string(CircuitStepName(step));
  summary.runs = static_cast<int64_t>(micros.size());
  summary.joined = collected.joined;
  summary.min = static_cast<double>(micros.front()) / kMicrosPerMilli;
  summary.p50 = Percentile(micros, 0.5) / kMicrosPerMilli;
  summary.p95 = Percentile(micros, 0.95) / kMicrosPerMilli;
  summary.max = static_cast<double>(micros.back()) / kMicrosPerMilli;
  summary.mean_input_size = collected.input_size.value();
  summary.mean_output_size = collected.output_size.value();
  summary.circuit_size = collected.circuit_size;
  return summary;
}

}  // namespace

void KeepBestTellings(std::vector<PackedRun>& runs) {
  std::sort(runs.begin(), runs.end(), [](const PackedRun& a, const PackedRun& b) {
    if (IdentityOf(a.run) != IdentityOf(b.run)) return IdentityOf(a.run) < IdentityOf(b.run);
    return RankOf(a) < RankOf(b);
  });
  const auto same = [](const PackedRun& a, const PackedRun& b) {
    return IdentityOf(a.run) == IdentityOf(b.run);
  };
  runs.erase(std::unique(runs.begin(), runs.end(), same), runs.end());
}

std::vector<CircuitSummary> SummarizeCircuits(const std::vector<PackedRun>& runs) {
  std::map<std::pair<std::string, CircuitStep>, Collected> by_circuit;
  for (const PackedRun& packed : runs) {
    const auto [found, is_new] = by_circuit.try_emplace({packed.run.circuit, packed.run.step});
    if (is_new) found->second.order = by_circuit.size();
    found->second.Add(packed);
  }
  std::vector<CircuitSummary> summaries(by_circuit.size());
  for (auto& [circuit, collected] : by_circuit) {
    summaries[collected.order - 1] = Summarize(circuit.first, circuit.second, collected);
  }
  summaries.resize(std::min(summaries.size(), kMaxSummaries));
  return summaries;
}

}  // namespace proverlog::postgres
