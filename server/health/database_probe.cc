#include "server/health/database_probe.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace proverlog {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(2);
constexpr absl::Duration kPatience = absl::Seconds(5);

}  // namespace

DatabaseProbe::DatabaseProbe(std::function<absl::Status()> commit)
    : commit_(std::move(commit)), last_(absl::UnavailableError("it was not asked yet")) {
  thread_ = std::thread([this] { Run(); });
}

DatabaseProbe::~DatabaseProbe() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

absl::Status DatabaseProbe::status() const {
  absl::MutexLock lock(&mutex_);
  const absl::Duration waiting = absl::Now() - asked_at_;
  if (waiting < kPatience) return last_;
  return absl::UnavailableError(
      absl::StrCat("no answer for ", absl::ToInt64Seconds(waiting), " seconds"));
}

void DatabaseProbe::Run() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    asked_at_ = absl::Now();
    mutex_.Unlock();
    absl::Status status = commit_();
    mutex_.Lock();
    last_ = std::move(status);
    asked_at_ = absl::InfiniteFuture();
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kInterval);
  }
}

}  // namespace proverlog
