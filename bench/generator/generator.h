#ifndef PROVERLOG_BENCH_GENERATOR_GENERATOR_H_
#define PROVERLOG_BENCH_GENERATOR_GENERATOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/job.h"
#include "model/job_id.h"
#include "model/time.h"

namespace proverlog::generator {

enum class Release : uint8_t { k1_1, k4_1, k5_2 };
enum class LogFormat : uint8_t { kPretty, kJson };

// What is simulated: a prover node, a broker and on each machine one process of agents.
struct GeneratorOptions {
  Release release = Release::k5_2;
  LogFormat format = LogFormat::kPretty;
  int epochs = 1;
  int32_t first_epoch = 3054;
  int machines = 2;
  int agents = 8;  // on each machine
  int jobs = 200;  // of an epoch, about: the last block is filled

  // Chances from 0 to 1. Of an attempt: the agent fails and the broker tries again; it is not heard
  // of for 30 s; it fails for good, and with it the epoch.
  double retry_rate = 0.02;
  double timeout_rate = 0.01;
  double failure_rate = 0;
  double abort_rate = 0.005;   // of a job: the prover node cancels it
  double restart_rate = 0.02;  // of the broker and each agent process, an epoch

  uint64_t seed = 1;
  UnixMillis start = 1795219200000;  // 2026-11-21T00:00:00Z; also the pretty format prints UTC
};

// One of the logs: of one process, with what it wrote before and after a restart.
struct GeneratedLog {
  std::string machine;  // "prover-1", ...
  std::string name;     // "node.log" and "broker.log" of the first machine, "agent.log" of each
};

// What happened to a job: what the logs must be read to say. The counts are as docs/meaning.md
// defines them.
struct GeneratedJob {
  JobId id;
  JobState state = JobState::kQueued;
  int32_t attempts = 0;
  int32_t retries = 0;
  int32_t timeouts = 0;
  UnixMillis enqueued_at = 0;
  std::optional<UnixMillis> started_at;  // for the first time
  std::optional<UnixMillis> ended_at;
  std::vector<std::string> machines;  // where it was started, in order
  std::string parent;                 // the job that takes its proof; empty of the root rollup
};

// Receives the logs as they are written, each in order and all of them in order of time.
class GeneratorSink {
 public:
  virtual ~GeneratorSink() = default;
  // Whole lines; `log` is an index of LogsOf(options).
  virtual void OnText(size_t log, absl::string_view text) = 0;
  // After the last line about it.
  virtual void OnJob(const GeneratedJob& /*job*/) {}
};

std::vector<GeneratedLog> LogsOf(const GeneratorOptions& options);

// Writes the logs. The same options give the same bytes, on any machine. Memory is bounded by one
// epoch's jobs.
void Generate(const GeneratorOptions& options, GeneratorSink& sink);

}  // namespace proverlog::generator

#endif  // PROVERLOG_BENCH_GENERATOR_GENERATOR_H_
