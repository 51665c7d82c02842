#ifndef PROVERLOG_BENCH_GENERATOR_BROKER_LOG_H_
#define PROVERLOG_BENCH_GENERATOR_BROKER_LOG_H_

#include "absl/strings/string_view.h"
#include "bench/generator/process_log.h"

namespace proverlog::generator {

// What the broker says, in a release's spelling.
class BrokerLog {
 public:
  BrokerLog(Release release, ProcessLog log) : release_(release), log_(std::move(log)) {}

  void Started();
  void Died() { log_.Restart(); }
  void EpochBegan(int32_t epoch, size_t jobs_before);
  void Restored(const JobName& job, absl::string_view status);

  void Enqueued(const JobName& job, int32_t epoch);
  void Cached(const JobName& job, int32_t epoch);
  void Revived(const JobName& job, int32_t epoch);
  void Completed(const JobName& job, int attempts);
  void Retrying(const JobName& job, int retry, absl::string_view error);
  void Failed(const JobName& job, int attempts, absl::string_view error);
  void Cancelled(const JobName& job);
  // `retry` is the number that 5.x prints.
  void TimedOut(const JobName& job, int retry);
  void TimedOutForGood(const JobName& job, int attempts);

  void NotInProgress(const JobName& job);
  void InProgressAfterAll(const JobName& job);
  void ResultIgnored(const JobName& job);
  void ErrorIgnored(const JobName& job, absl::string_view error);
  void TakenFromQueueCompleted(const JobName& job);

 private:
  void Info(const JobName& job, absl::string_view message);
  void Warn(const JobName& job, absl::string_view message);

  Release release_;
  ProcessLog log_;
};

}  // namespace proverlog::generator

#endif  // PROVERLOG_BENCH_GENERATOR_BROKER_LOG_H_
