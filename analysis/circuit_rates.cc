#include "analysis/circuit_rates.h"

namespace proverlog {
namespace {

constexpr double kBytesPerKib = 1024;

}  // namespace

void CircuitRateCollector::Add(const std::vector<CircuitSummary>& circuits) {
  for (const CircuitSummary& circuit : circuits) {
    if (circuit.mean_input_size.value_or(0) <= 0) continue;
    const auto runs = static_cast<double>(circuit.runs);
    Sum& sum = sums_[{circuit.circuit, circuit.step}];
    sum.runs += circuit.runs;
    sum.input_size += runs * *circuit.mean_input_size;
    sum.millis_per_kib += runs * circuit.p50 / (*circuit.mean_input_size / kBytesPerKib);
  }
}

std::vector<CircuitRate> CircuitRateCollector::Rates() const {
  std::vector<CircuitRate> rates;
  for (const auto& [name, sum] : sums_) {
    const auto runs = static_cast<double>(sum.runs);
    rates.push_back(
        {name.first, name.second, sum.runs, sum.input_size / runs, sum.millis_per_kib / runs});
  }
  return rates;
}

}  // namespace proverlog
