#ifndef PROVERLOG_ANALYSIS_CIRCUIT_RATES_H_
#define PROVERLOG_ANALYSIS_CIRCUIT_RATES_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/circuit_run.h"

namespace proverlog {

// How long one step of one circuit took by the size of its inputs.
struct CircuitRate {
  std::string circuit;
  std::string step;
  int64_t runs = 0;
  double mean_input_size = 0;  // bytes
  double millis_per_kib = 0;   // 1 KiB: 1024 bytes
};

// Collects epochs' circuits, those whose records print a size of inputs: each epoch's median time
// by the mean size of its inputs; of several epochs the mean of these, weighted by runs.
class CircuitRateCollector {
 public:
  void Add(const std::vector<CircuitSummary>& circuits);
  // By circuit and step.
  std::vector<CircuitRate> Rates() const;

 private:
  struct Sum {
    int64_t runs = 0;
    double input_size = 0;      // of all runs
    double millis_per_kib = 0;  // of all runs
  };
  std::map<std::pair<std::string, std::string>, Sum> sums_;
};

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_CIRCUIT_RATES_H_
