#ifndef PROVERLOG_SERVER_INGEST_GROUP_WRITER_H_
#define PROVERLOG_SERVER_INGEST_GROUP_WRITER_H_

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "server/metrics/metrics.h"
#include "storage/archive_store.h"

namespace proverlog {

// The memory that an advance takes while it waits.
size_t MemoryOf(const StreamAdvance& advance);

// Commits what all streams get, many streams and batches in one transaction: what comes while one
// is committed makes the next one. What a stream submits is committed in that order. Thread-safe;
// `store` and `metrics` outlive it.
class GroupWriter {
 public:
  // OK after COMMIT; ABORTED where the stream does not stand where the advance begins, or was
  // opened again; else what the store says. Called on a writer's thread, which it must not hold up.
  using Done = std::function<void(const absl::Status& status)>;

  struct Options {
    int threads = 2;  // one prepares while another waits for the disk
    size_t max_group_bytes = size_t{8} << 20;
    size_t max_queued_bytes = size_t{64} << 20;
    // Told of each transaction's outcome, and of each prover that was written to.
    std::function<void(const absl::Status&)> on_outcome = [](const absl::Status&) {};
    std::function<void(ProverId)> on_commit = [](ProverId) {};
  };
  GroupWriter(ArchiveWriter* store, IngestMetrics* metrics, Options options);
  // Commits what is queued.
  ~GroupWriter();
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  // Takes it even where there is no room: a sender asks for room before it takes more in.
  void Submit(StreamAdvance advance, Done done);

  bool HasRoom();
  // Calls `resume` when there is room, at once or on a writer's thread; first come, first served.
  void AwaitRoom(std::function<void()> resume);

 private:
  struct Item {
    StreamAdvance advance;
    Done done;
    size_t bytes = 0;
  };
  // What is committed together: `done` has those of the advances' parts.
  struct Group {
    std::vector<StreamAdvance> advances;
    std::vector<std::vector<Done>> done;
    size_t bytes = 0;
  };
  // A stream's advances all wait in one lane, which keeps their order.
  struct Lane {
    std::deque<Item> items;
    std::thread thread;
  };

  void Run(Lane& lane);
  Group TakeGroup(Lane& lane) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Commit(Group& group);
  // Tells how much more, or less, is queued.
  void Report(double messages, double bytes) const;
  // Those that wait for room, as many as there is room for.
  std::vector<std::function<void()>> Release(size_t bytes);

  ArchiveWriter* store_;
  IngestMetrics* metrics_;
  const Options options_;
  absl::Mutex mutex_;
  std::vector<Lane> lanes_ ABSL_GUARDED_BY(mutex_);
  size_t queued_bytes_ ABSL_GUARDED_BY(mutex_) = 0;  // also of the groups that are being committed
  std::deque<std::function<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_INGEST_GROUP_WRITER_H_
