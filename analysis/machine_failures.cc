#include "analysis/machine_failures.h"

#include "analysis/cause.h"

namespace proverlog {

std::map<CauseKind, int32_t> FailuresOn(const std::string& machine, const std::vector<Job>& jobs) {
  std::map<CauseKind, int32_t> failures;
  const auto add = [&](const Cause& cause) {
    if (cause.ran_in && cause.ran_in->machine == machine) ++failures[cause.kind];
  };
  for (const Job& job : jobs) {
    for (const Cause& setback : SetbacksOf(job)) add(setback);
    if (const auto cause = CauseOfFailure(job)) add(*cause);
  }
  return failures;
}

}  // namespace proverlog
