#ifndef PROVERLOG_TESTS_TESTING_UTIL_SIMULATED_PROVER_H_
#define PROVERLOG_TESTS_TESTING_UTIL_SIMULATED_PROVER_H_

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "bench/generator/generator.h"
#include "model/time.h"

namespace proverlog::testing_util {

// The logs of a simulated prover and what happened to its jobs, in memory.
struct SimulatedProver : generator::GeneratorSink {
  explicit SimulatedProver(const generator::GeneratorOptions& o)
      : options(o), logs(LogsOf(o)), texts(logs.size()) {
    Generate(options, *this);
  }
  void OnText(size_t log, absl::string_view text) override { absl::StrAppend(&texts[log], text); }
  void OnJob(const generator::GeneratedJob& job) override { jobs.push_back(job); }

  generator::GeneratorOptions options;
  std::vector<generator::GeneratedLog> logs;
  std::vector<std::string> texts;  // by log
  std::vector<generator::GeneratedJob> jobs;
};

// Three epochs on three machines with faults of all kinds; midnight comes.
inline generator::GeneratorOptions Faulty(generator::Release release, generator::LogFormat format,
                                          uint64_t seed) {
  generator::GeneratorOptions options;
  options.release = release;
  options.format = format;
  options.seed = seed;
  options.epochs = 3;
  options.machines = 3;
  options.agents = 5;
  options.jobs = 120;
  options.retry_rate = 0.1;
  options.timeout_rate = 0.1;
  options.failure_rate = seed % 2 == 0 ? 0.005 : 0;
  options.abort_rate = 0.1;
  options.restart_rate = 0.5;
  options.start = 1795219200000 - 600'000;
  return options;
}

// A line as anybody would read it, for figures that are computed beside the product and not by it.
struct RawLine {
  size_t log = 0;
  UnixMillis at = 0;
  std::string text;  // behind the time
};

// The lines of pretty logs that begin with a time, log by log. It is the next day where a time is
// hours before the one above.
inline std::vector<RawLine> RawLines(const SimulatedProver& prover) {
  std::vector<RawLine> lines;
  for (size_t log = 0; log < prover.texts.size(); ++log) {
    UnixMillis last = prover.options.start;
    for (const absl::string_view line : absl::StrSplit(prover.texts[log], '\n')) {
      if (line.size() < 14 || line[0] != '[' || line[13] != ']') continue;
      int hours = 0, minutes = 0, seconds = 0, millis = 0;
      if (!absl::SimpleAtoi(line.substr(1, 2), &hours) ||
          !absl::SimpleAtoi(line.substr(4, 2), &minutes) ||
          !absl::SimpleAtoi(line.substr(7, 2), &seconds) ||
          !absl::SimpleAtoi(line.substr(10, 3), &millis)) {
        continue;
      }
      UnixMillis at =
          last - last % kDay + ((hours * 60 + minutes) * 60 + seconds) * UnixMillis{1000} + millis;
      if (at < last - kDay / 2) at += kDay;
      last = at;
      lines.push_back({log, at, std::string(line.substr(14))});
    }
  }
  return lines;
}

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_SIMULATED_PROVER_H_
