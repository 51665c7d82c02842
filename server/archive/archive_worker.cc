#include "server/archive/archive_worker.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

namespace proverlog {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(30);

}  // namespace

ArchiveWorker::ArchiveWorker(MaintenanceStore* store, const Retention& retention,
                             std::function<absl::Time()> now)
    : now_(std::move(now)), keeper_(store, retention, [this] { return IsStopping(); }) {
  thread_ = std::thread([this] { Run(); });
}

ArchiveWorker::~ArchiveWorker() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void ArchiveWorker::Run() {
  while (!IsStopping()) {
    const absl::Status status = keeper_.Round(now_());
    if (!status.ok()) spdlog::warn("archive: {}", std::string(status.message()));
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kInterval);
  }
}

bool ArchiveWorker::IsStopping() {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

}  // namespace proverlog
