#include "server/ingest/commit_monitor.h"

#include <gtest/gtest.h>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

// A database that can be probed and no more.
class FakeStore : public ArchiveWriter {
 public:
  absl::StatusOr<std::vector<Block>> ReadBlocks(const StreamKey&, int64_t, int64_t, int) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<int64_t> RemovedUntil(const StreamKey&) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<std::vector<StreamCandidate>> FindStreams(absl::string_view, absl::string_view,
                                                           absl::string_view, int64_t) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<int64_t> ReserveStreamId() override { return absl::UnimplementedError(""); }
  absl::StatusOr<StreamKey> CreateStream(const NewStream&, const StreamAdvance&) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<OpenStream> ReopenStream(absl::string_view, int64_t,
                                          const std::vector<Anchor>&) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<std::vector<bool>> Advance(const std::vector<StreamAdvance>&) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<OpenStream> Push(const PushedLines&) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<StreamPosition> Position(const StreamKey&) override {
    return absl::UnimplementedError("");
  }
  absl::Status NoteSeen(const std::vector<StreamKey>&, UnixMillis) override {
    return absl::UnimplementedError("");
  }
  absl::Status Probe() override {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&answers_));
    ++probes_;
    return status_;
  }

  void SetStatus(const absl::Status& status) {
    absl::MutexLock lock(&mutex_);
    status_ = status;
  }
  // Whether probes have an answer, or wait for one.
  void SetAnswers(bool answers) {
    absl::MutexLock lock(&mutex_);
    answers_ = answers;
  }
  // Waits for so many more probes.
  void AwaitProbes(int count) {
    absl::MutexLock lock(&mutex_);
    const int wanted = probes_ + count;
    const auto reached = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return probes_ >= wanted; };
    mutex_.Await(absl::Condition(&reached));
  }

 private:
  absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  bool answers_ ABSL_GUARDED_BY(mutex_) = true;
  int probes_ ABSL_GUARDED_BY(mutex_) = 0;
};

constexpr absl::Duration kSoon = absl::Milliseconds(1);

TEST(CommitMonitorTest, ProbesSeeTroubleAndItsEnd) {
  FakeStore store;
  CommitMonitor monitor(&store, {kSoon, kSoon, absl::ZeroDuration()});
  store.AwaitProbes(2);
  EXPECT_TRUE(monitor.status().ok());
  store.SetStatus(absl::UnavailableError("the disk is full"));
  store.AwaitProbes(2);  // the first one's outcome is reported before the second
  EXPECT_EQ(monitor.status().message(), "the disk is full");
  store.SetStatus(absl::OkStatus());
  store.AwaitProbes(2);
  EXPECT_TRUE(monitor.status().ok());
}

TEST(CommitMonitorTest, TheOutcomeOfATransactionCounts) {
  FakeStore store;
  CommitMonitor monitor(&store, {.probe_interval = absl::Hours(1)});
  monitor.Report(absl::UnavailableError("gone"));
  EXPECT_FALSE(monitor.status().ok());
  // Another client was there first: the database can.
  monitor.Report(absl::AbortedError("fenced"));
  EXPECT_TRUE(monitor.status().ok());
}

TEST(CommitMonitorTest, AFailureElsewhereCountsWhereItIsTheDatabases) {
  FakeStore store;
  CommitMonitor monitor(&store, {.probe_interval = absl::Hours(1)});
  monitor.ReportFailure(absl::DataLossError("a damaged block"));
  EXPECT_TRUE(monitor.status().ok());
  monitor.ReportFailure(absl::UnavailableError("too many clients"));
  EXPECT_FALSE(monitor.status().ok());
  monitor.ReportFailure(absl::NotFoundError("no such stream"));
  EXPECT_FALSE(monitor.status().ok());
}

// Such as a disk that is full for a block, and has room for a commit.
TEST(CommitMonitorTest, AProbeDoesNotOutweighATransactionThatJustFailed) {
  absl::Mutex mutex;
  absl::Time now = absl::UnixEpoch();
  const auto clock = [&] {
    absl::MutexLock lock(&mutex);
    return now;
  };
  FakeStore store;
  CommitMonitor monitor(
      &store, {.probe_interval = kSoon, .probe_interval_in_trouble = kSoon, .now = clock});
  monitor.Report(absl::UnavailableError("the disk is full"));
  store.AwaitProbes(3);
  EXPECT_FALSE(monitor.status().ok());
  {
    absl::MutexLock lock(&mutex);
    now += absl::Seconds(11);
  }
  store.AwaitProbes(3);
  EXPECT_TRUE(monitor.status().ok());
}

TEST(CommitMonitorTest, ADatabaseThatDoesNotAnswerDoesNotCommit) {
  FakeStore store;
  CommitMonitor monitor(&store, {.probe_interval = kSoon,
                                 .probe_interval_in_trouble = kSoon,
                                 .trouble_lasts = absl::ZeroDuration(),
                                 .patience = absl::Milliseconds(20)});
  store.AwaitProbes(2);
  store.SetAnswers(false);
  testing_util::WaitUntil([&] { return !monitor.status().ok(); }, "it sees no answer");
  EXPECT_EQ(monitor.status().message().substr(0, 10), "no answer ");
  store.SetAnswers(true);
  store.AwaitProbes(2);
  testing_util::WaitUntil([&] { return monitor.status().ok(); }, "it sees an answer");
}

}  // namespace
}  // namespace proverlog
