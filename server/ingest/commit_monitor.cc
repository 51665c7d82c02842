#include "server/ingest/commit_monitor.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace proverlog {
namespace {

// Whether the database itself failed, and not what it was asked.
bool IsTrouble(const absl::Status& outcome) {
  return !outcome.ok() && !absl::IsAborted(outcome) && !absl::IsNotFound(outcome);
}

}  // namespace

CommitMonitor::CommitMonitor(ArchiveWriter* store, Options options)
    : store_(store), options_(options) {
  thread_ = std::thread([this] { Run(); });
}

CommitMonitor::~CommitMonitor() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void CommitMonitor::Report(const absl::Status& outcome) {
  absl::MutexLock lock(&mutex_);
  reported_ = true;
  asked_at_ = absl::InfiniteFuture();
  status_ = IsTrouble(outcome) ? outcome : absl::OkStatus();
}

absl::Status CommitMonitor::status() {
  absl::MutexLock lock(&mutex_);
  const absl::Duration waiting = absl::Now() - asked_at_;
  if (waiting < options_.patience) return status_;
  return absl::UnavailableError(
      absl::StrCat("no answer for ", absl::ToInt64Seconds(waiting), " seconds"));
}

void CommitMonitor::Run() {
  while (WaitForProbe()) Report(store_->Probe());
}

bool CommitMonitor::WaitForProbe() {
  absl::MutexLock lock(&mutex_);
  for (;;) {
    reported_ = false;
    const absl::Duration interval =
        status_.ok() ? options_.probe_interval : options_.probe_interval_in_trouble;
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), interval);
    if (stopping_) return false;
    if (!reported_ || !status_.ok()) {
      asked_at_ = absl::Now();
      return true;
    }
  }
}

}  // namespace proverlog
