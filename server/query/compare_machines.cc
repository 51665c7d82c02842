#include "server/query/compare_machines.h"

#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "analysis/machine_comparison.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/known_epoch.h"

namespace proverlog {
namespace {

constexpr size_t kMaxFactsCompared = 1'000'000;
constexpr int kDefaultComparedEpochs = 10;
constexpr int kMaxComparedEpochs = 50;

// The epochs' jobs, loaded one epoch after the other.
class ComparedJobs {
 public:
  absl::Status Add(std::vector<Job> jobs) {
    for (Job& job : jobs) {
      facts_ += job.facts.size();
      jobs_.push_back(std::move(job));
    }
    if (jobs_.size() <= kMaxJobsLoaded && facts_ <= kMaxFactsCompared) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat("the epochs have more than ", kMaxJobsLoaded, " jobs or ", kMaxFactsCompared,
                     " facts, too many for one answer; compare fewer epochs"));
  }
  const std::vector<Job>& jobs() const { return jobs_; }

 private:
  std::vector<Job> jobs_;
  size_t facts_ = 0;
};

}  // namespace

absl::StatusOr<v1::CompareMachinesResponse> CompareMachines(
    QueryStore& store, const ProverRef& prover, const v1::CompareMachinesRequest& request,
    absl::Time now) {
  if (request.epochs_size() > kMaxComparedEpochs) {
    return InvalidField("epochs", absl::StrCat("there are ", request.epochs_size(), ", at most ",
                                               kMaxComparedEpochs, " can be compared"));
  }
  std::set<int32_t, std::greater<>> epochs(request.epochs().begin(), request.epochs().end());
  if (epochs.empty()) {
    const auto latest = store.ListEpochs(prover, std::nullopt, kDefaultComparedEpochs);
    if (!latest.ok()) return latest.status();
    for (const EpochRow& row : *latest) epochs.insert(row.epoch);
  }

  const auto windows = store.LoadEpochWindows(prover, {epochs.begin(), epochs.end()});
  if (!windows.ok()) return windows.status();
  auto completeness = CompletenessOf(store, prover, *windows, now);
  if (!completeness.ok()) return completeness.status();
  ComparedJobs compared;
  for (const int32_t epoch : epochs) {
    auto state = store.LoadEpoch(prover, epoch, kMaxJobsLoaded);
    if (!state.ok()) return state.status();
    if (auto status = CheckKnown(store, prover, epoch, *state); !status.ok()) return status;
    if (auto status = compared.Add(std::move(state->jobs)); !status.ok()) return status;
  }
  v1::CompareMachinesResponse response = ToProto(CompareMachines(compared.jobs()));
  response.set_prover(prover.name);
  response.mutable_epochs()->Add(epochs.begin(), epochs.end());
  *response.mutable_completeness() = *std::move(completeness);
  return response;
}

}  // namespace proverlog
