#ifndef PROVERLOG_BENCH_GENERATOR_PROCESS_LOG_H_
#define PROVERLOG_BENCH_GENERATOR_PROCESS_LOG_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "bench/generator/generator.h"
#include "model/time.h"

namespace proverlog::generator {

// A job as the logs name it.
struct JobName {
  absl::string_view id;
  absl::string_view type;
};

// The members of a record's JSON data: `"provingJobId":"..."`.
std::string JobData(absl::string_view key, const JobName& job);
// "id=... type=..."
std::string IdAndType(const JobName& job);

// The logger of one process: writes records as pino does in one format, all at the instant of
// `clock`. Not thread-safe; what it is given outlives it.
class ProcessLog {
 public:
  ProcessLog(const GeneratorOptions& options, size_t log, std::string machine, int pid,
             const UnixMillis& clock, GeneratorSink& sink)
      : format_(options.format),
        log_(log),
        machine_(std::move(machine)),
        pid_(pid),
        clock_(clock),
        sink_(sink) {}

  // `data` is the members of a JSON object, or empty.
  void Info(absl::string_view module, absl::string_view message, absl::string_view data = {}) {
    Write(30, "INFO", module, message, data);
  }
  void Warn(absl::string_view module, absl::string_view message, absl::string_view data = {}) {
    Write(40, "WARN", module, message, data);
  }
  // Further lines of the message (a stack) are part of it.
  void Error(absl::string_view module, absl::string_view message, absl::string_view data = {}) {
    Write(50, "ERROR", module, message, data);
  }
  // A line without time and level.
  void Print(absl::string_view line);

  // The process dies and starts again.
  void Restart() { pid_ += 97; }

 private:
  void Write(int level, absl::string_view level_name, absl::string_view module,
             absl::string_view message, absl::string_view data);

  LogFormat format_;
  size_t log_;
  std::string machine_;
  int pid_;
  const UnixMillis& clock_;
  GeneratorSink& sink_;
  std::string line_;
};

}  // namespace proverlog::generator

#endif  // PROVERLOG_BENCH_GENERATOR_PROCESS_LOG_H_
