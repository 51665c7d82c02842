#ifndef PROVERLOG_BENCH_GENERATOR_EPOCH_PLAN_H_
#define PROVERLOG_BENCH_GENERATOR_EPOCH_PLAN_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "bench/generator/generator.h"
#include "bench/generator/random.h"

namespace proverlog::generator {

// A type of job as a release has it.
struct JobKind {
  absl::string_view type;
  int number;  // ProvingRequestType, as URIs of inputs carry it
  absl::string_view circuit;
  int millis;  // that it takes to prove, about

  // "PublicBaseRollupArtifact"
  std::string artifact() const;
};

struct PlannedJob {
  const JobKind* kind = nullptr;
  std::optional<size_t> parent;  // the job that its proof is an input of; the root has none
  int children = 0;
};

// The jobs of one epoch, as the release's orchestrator makes them of transactions and blocks;
// children before their parents.
struct EpochPlan {
  std::vector<PlannedJob> jobs;
  std::vector<int> block_txs;  // by block
};

EpochPlan PlanEpoch(Release release, int jobs, Random& random);

}  // namespace proverlog::generator

#endif  // PROVERLOG_BENCH_GENERATOR_EPOCH_PLAN_H_
