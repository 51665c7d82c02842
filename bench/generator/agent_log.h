#ifndef PROVERLOG_BENCH_GENERATOR_AGENT_LOG_H_
#define PROVERLOG_BENCH_GENERATOR_AGENT_LOG_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "bench/generator/epoch_plan.h"
#include "bench/generator/process_log.h"
#include "bench/generator/random.h"

namespace proverlog::generator {

// What one process of agents says, in a release's spelling; bb proves its circuits. `controller` is
// the number of the agent within the process.
class AgentLog {
 public:
  // `random` is for sizes and the like.
  AgentLog(Release release, ProcessLog log, Random* random)
      : release_(release), log_(std::move(log)), random_(random) {}

  void Started();
  void Died() { log_.Restart(); }

  void JobStarted(const JobName& job, const JobKind& kind, int controller);
  // It leaves one job for another.
  void JobSuperseded(const JobName& before, const JobName& job, const JobKind& kind,
                     int controller);
  void WitnessGenerated(const JobKind& kind, int64_t millis);
  // `tx` is of an AVM proof.
  void AvmStarted(absl::string_view tx);
  void AvmProved(absl::string_view tx, int64_t millis);
  void ProofGenerated(const JobKind& kind, int64_t millis);
  void JobCompleted(const JobName& job, const JobKind& kind);
  void JobFailed(const JobName& job, absl::string_view error, bool retry);

 private:
  std::string Controller(int controller) const;
  void ControllerStarted(const JobName& job, int controller);

  Release release_;
  ProcessLog log_;
  Random* random_;
};

}  // namespace proverlog::generator

#endif  // PROVERLOG_BENCH_GENERATOR_AGENT_LOG_H_
