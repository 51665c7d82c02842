#include "server/ingest/attendance.h"

#include <utility>

namespace proverlog {

Attendance::Attendance(ArchiveWriter* store, Options options)
    : store_(store), options_(std::move(options)) {
  thread_ = std::thread([this] { Run(); });
}

Attendance::~Attendance() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

Attendance::Seat Attendance::Enter(const StreamKey& stream) {
  absl::MutexLock lock(&mutex_);
  ++present_[{stream.prover_id, stream.stream_id}];
  return {this, stream};
}

void Attendance::Leave(const StreamKey& stream) {
  absl::MutexLock lock(&mutex_);
  const auto seat = present_.find({stream.prover_id, stream.stream_id});
  if (--seat->second == 0) present_.erase(seat);
}

std::vector<StreamKey> Attendance::Present() {
  absl::MutexLock lock(&mutex_);
  std::vector<StreamKey> streams;
  for (const auto& [key, count] : present_) streams.push_back({key.first, key.second});
  return streams;
}

void Attendance::Run() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), options_.interval)) return;
    }
    const std::vector<StreamKey> streams = Present();
    // A failure means the next time; that the database is in trouble is known by its commits.
    if (!streams.empty())
      store_->NoteSeen(streams, absl::ToUnixMillis(options_.now())).IgnoreError();
  }
}

}  // namespace proverlog
