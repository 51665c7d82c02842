#include "server/ingest/group_writer.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace proverlog {
namespace {

constexpr size_t kMaxStreamsAGroup = 512;

}  // namespace

size_t MemoryOf(const StreamAdvance& advance) {
  constexpr size_t kOverhead = 512;  // its objects, and what is to be done when it is committed
  size_t bytes = kOverhead + advance.head.capacity();
  for (const Block& block : advance.blocks) bytes += block.zstd.capacity();
  return bytes;
}

GroupWriter::GroupWriter(ArchiveWriter* store, IngestMetrics* metrics, Options options)
    : store_(store), metrics_(metrics), options_(std::move(options)) {
  absl::MutexLock lock(&mutex_);
  lanes_ = std::vector<Lane>(static_cast<size_t>(options_.threads));
  for (Lane& lane : lanes_) lane.thread = std::thread([this, &lane] { Run(lane); });
}

GroupWriter::~GroupWriter() {
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    for (Lane& lane : lanes_) threads.push_back(std::move(lane.thread));
  }
  for (std::thread& thread : threads) thread.join();
}

void GroupWriter::Submit(StreamAdvance advance, Done done) {
  const size_t bytes = MemoryOf(advance);
  Report(1, static_cast<double>(bytes));
  absl::MutexLock lock(&mutex_);
  Lane& lane = lanes_[static_cast<size_t>(advance.stream.stream_id) % lanes_.size()];
  queued_bytes_ += bytes;
  lane.items.push_back({std::move(advance), std::move(done), bytes});
}

bool GroupWriter::HasRoom() {
  absl::MutexLock lock(&mutex_);
  return queued_bytes_ < options_.max_queued_bytes && waiting_.empty();
}

void GroupWriter::AwaitRoom(std::function<void()> resume) {
  {
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(std::move(resume));
  }
  for (const auto& released : Release(0)) released();
}

void GroupWriter::Run(Lane& lane) {
  for (;;) {
    Group group;
    {
      absl::MutexLock lock(&mutex_);
      const auto ready = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopping_ || !lane.items.empty();
      };
      mutex_.Await(absl::Condition(&ready));
      if (lane.items.empty()) return;
      group = TakeGroup(lane);
    }
    Commit(group);
    for (const auto& resume : Release(group.bytes)) resume();
  }
}

GroupWriter::Group GroupWriter::TakeGroup(Lane& lane) {
  Group group;
  std::map<std::pair<ProverId, int64_t>, size_t> place;  // of a stream's advance in the group
  while (!lane.items.empty() && group.bytes < options_.max_group_bytes &&
         group.advances.size() < kMaxStreamsAGroup) {
    Item& item = lane.items.front();
    const StreamKey key = item.advance.stream;
    const auto [known, is_new] =
        place.try_emplace({key.prover_id, key.stream_id}, group.advances.size());
    if (is_new) {
      group.advances.push_back(std::move(item.advance));
      group.done.emplace_back();
    } else if (!Extend(group.advances[known->second], item.advance)) {
      break;  // of another generation, say: it makes the next group
    }
    group.done[known->second].push_back(std::move(item.done));
    group.bytes += item.bytes;
    lane.items.pop_front();
  }
  return group;
}

void GroupWriter::Commit(Group& group) {
  const absl::Time begin = absl::Now();
  const auto moved = store_->Advance(group.advances);
  metrics_->commit_seconds.Observe(absl::ToDoubleSeconds(absl::Now() - begin));
  options_.on_outcome(moved.status());
  std::set<ProverId> provers;
  for (size_t i = 0; i < group.advances.size(); ++i) {
    absl::Status status = moved.status();
    if (moved.ok() && (*moved)[i]) provers.insert(group.advances[i].stream.prover_id);
    if (moved.ok() && !(*moved)[i]) status = absl::AbortedError("not at this offset");
    for (const Done& done : group.done[i]) done(status);
    Report(-static_cast<double>(group.done[i].size()), 0);
  }
  Report(0, -static_cast<double>(group.bytes));
  for (const ProverId prover_id : provers) options_.on_commit(prover_id);
}

void GroupWriter::Report(double messages, double bytes) const {
  metrics_->queue_messages.Increment(messages);
  metrics_->queue_bytes.Increment(bytes);
}

std::vector<std::function<void()>> GroupWriter::Release(size_t bytes) {
  // Each of them may take in one batch more. Once nothing is queued all of them go on: those that
  // were let go on may have nothing to send, and no commit would come that lets on the others.
  constexpr size_t kRoomForOne = size_t{1} << 20;
  std::vector<std::function<void()>> released;
  absl::MutexLock lock(&mutex_);
  queued_bytes_ -= bytes;
  size_t filled = queued_bytes_;
  while (!waiting_.empty() && (filled < options_.max_queued_bytes || queued_bytes_ == 0)) {
    released.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    filled += kRoomForOne;
  }
  return released;
}

}  // namespace proverlog
