#include "bench/generator/broker_log.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace proverlog::generator {
namespace {

constexpr absl::string_view kBroker = "prover-client:proving-broker";
constexpr absl::string_view kDatabase = "prover-client:proving-broker-database";

}  // namespace

void BrokerLog::Info(const JobName& job, absl::string_view message) {
  log_.Info(kBroker, message, JobData("provingJobId", job));
}

void BrokerLog::Warn(const JobName& job, absl::string_view message) {
  log_.Warn(kBroker, message, JobData("provingJobId", job));
}

void BrokerLog::Started() {
  log_.Info("prover-client:proof-store", "Creating inline proof store");
  log_.Info(kBroker, "Proving Broker started");
}

void BrokerLog::EpochBegan(int32_t epoch, size_t jobs_before) {
  log_.Info(kDatabase, absl::StrCat("Creating broker database for epoch ", epoch,
                                    " at /data/prover_broker/", epoch, " with map size 134217728"));
  if (release_ != Release::k1_1 || jobs_before == 0) return;  // later ones say it at verbose
  log_.Info(kDatabase, absl::StrCat("Deleting broker database for epoch ", epoch - 2));
  log_.Info(kBroker, absl::StrCat("Cleaned up jobs=", jobs_before));
}

void BrokerLog::Restored(const JobName& job, absl::string_view status) {
  log_.Info(kBroker,
            absl::StrCat("Restoring proving job id=", job.id,
                         " settled=", status == "pending" ? "false" : "true"),
            absl::StrCat(JobData("provingJobId", job), ",\"status\":\"", status, "\""));
}

void BrokerLog::Enqueued(const JobName& job, int32_t epoch) {
  Info(job, absl::StrCat("New proving job id=", job.id, " epochNumber=", epoch));
}

void BrokerLog::Cached(const JobName& job, int32_t epoch) {
  Warn(job, absl::StrCat("Cached proving job id=", job.id, " epochNumber=", epoch,
                         ". Not enqueuing again"));
}

void BrokerLog::Revived(const JobName& job, int32_t epoch) {
  Info(job, absl::StrCat("Reviving aborted proving job id=", job.id, " epochNumber=", epoch));
}

void BrokerLog::Completed(const JobName& job, int attempts) {
  Info(job, absl::StrCat("Proving job complete ", IdAndType(job), " totalAttempts=", attempts));
}

void BrokerLog::Retrying(const JobName& job, int retry, absl::string_view error) {
  Info(job,
       absl::StrCat("Retrying proving job ", IdAndType(job), " retry=", retry, " err=", error));
}

void BrokerLog::Failed(const JobName& job, int attempts, absl::string_view error) {
  Info(job, absl::StrCat("Marking proving job as failed ", IdAndType(job),
                         " totalAttempts=", attempts, " err=", error));
}

void BrokerLog::Cancelled(const JobName& job) {
  Info(job, absl::StrCat("Cancelling job id=", job.id));
}

void BrokerLog::TimedOut(const JobName& job, int retry) {
  const std::string begin = absl::StrCat("Proving job id=", job.id, " timed out. ");
  if (release_ == Release::k5_2) {
    Warn(job, absl::StrCat(begin, "Re-enqueueing (retry ", retry, "/3)."));
  } else {
    Warn(job, absl::StrCat(begin, "Adding it back to the queue."));
  }
}

void BrokerLog::TimedOutForGood(const JobName& job, int attempts) {
  log_.Error(kBroker,
             absl::StrCat("Proving job id=", job.id, " timed out after ", attempts,
                          " attempts. Marking as failed."),
             JobData("provingJobId", job));
}

void BrokerLog::NotInProgress(const JobName& job) {
  Warn(job, absl::StrCat("Proving job ", IdAndType(job), " not in the in-progress set"));
}

void BrokerLog::InProgressAfterAll(const JobName& job) {
  Warn(job, absl::StrCat("Proving job ", IdAndType(job),
                         " not found in the in-progress cache, adding it"));
}

void BrokerLog::ResultIgnored(const JobName& job) {
  Warn(job, absl::StrCat("Proving job id=", job.id, " already settled, ignoring result"));
}

void BrokerLog::ErrorIgnored(const JobName& job, absl::string_view error) {
  Warn(job, absl::StrCat("Proving job id=", job.id, " is already settled, ignoring err=", error));
}

void BrokerLog::TakenFromQueueCompleted(const JobName& job) {
  Warn(job, absl::StrCat("Proving job id=", job.id, " has already been completed"));
}

}  // namespace proverlog::generator
