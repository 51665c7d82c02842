#include "server/ingest/commit_monitor.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

// Whether the database itself failed, and not what it was asked, or one damaged block.
bool IsTrouble(const absl::Status& outcome) {
  return !outcome.ok() && !absl::IsAborted(outcome) && !absl::IsNotFound(outcome) &&
         !absl::IsDataLoss(outcome);
}

}  // namespace

CommitMonitor::CommitMonitor(ArchiveWriter* store, Options options)
    : store_(store), options_(std::move(options)) {
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
  if (!status_.ok()) trouble_at_ = options_.now();
}

absl::Status CommitMonitor::status() {
  absl::MutexLock lock(&mutex_);
  const absl::Duration waiting = options_.now() - asked_at_;
  if (waiting < options_.patience) return status_;
  return absl::UnavailableError(
      absl::StrCat("no answer for ", absl::ToInt64Seconds(waiting), " seconds"));
}

void CommitMonitor::ReportFailure(const absl::Status& failure) {
  if (IsTrouble(failure)) Report(failure);
}

void CommitMonitor::Run() {
  while (WaitForProbe()) ReportProbe(store_->Probe());
}

void CommitMonitor::ReportProbe(const absl::Status& outcome) {
  {
    absl::MutexLock lock(&mutex_);
    asked_at_ = absl::InfiniteFuture();
    const bool is_fresh = options_.now() - trouble_at_ < options_.trouble_lasts;
    if (outcome.ok() && is_fresh) return;
  }
  Report(outcome);
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
      asked_at_ = options_.now();
      return true;
    }
  }
}

}  // namespace proverlog
