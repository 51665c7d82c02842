#include "server/normalize/normalizer_worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "codec/zstd_frame.h"

namespace proverlog {
namespace {

// A stream that never comes to its end.
class EndlessTransaction : public ProjectionTransaction {
 public:
  ProjectionKey projection() const override { return {}; }
  absl::StatusOr<std::vector<PendingStream>> PendingStreams(int /*limit*/) override {
    PendingStream stream;
    stream.committed_offset = 1'000'000;
    return std::vector<PendingStream>{stream};
  }
  absl::StatusOr<std::vector<Block>> ReadBlocks(int64_t /*stream_id*/, int64_t begin,
                                                int64_t /*max_bytes*/) override {
    return std::vector<Block>{{begin, begin + 1, CompressFrame("\n")}};
  }
  absl::StatusOr<std::vector<Gap>> ReadGaps(int64_t /*stream_id*/, int64_t /*begin*/,
                                            int64_t /*end*/) override {
    return std::vector<Gap>{};
  }
  absl::StatusOr<std::set<int32_t>> EpochsWithJobs(const std::set<int32_t>& /*epochs*/) override {
    return std::set<int32_t>{};
  }
  absl::StatusOr<std::map<JobId, std::vector<Fact>>> LoadFacts(
      const std::vector<JobId>& /*jobs*/) override {
    return std::map<JobId, std::vector<Fact>>{};
  }
  absl::Status AddJobs(const std::vector<Job>& /*jobs*/) override { return absl::OkStatus(); }
  absl::Status UpdateJobs(const std::vector<Job>& /*jobs*/) override { return absl::OkStatus(); }
  absl::Status SaveEvents(const std::vector<Event>&) override { return absl::OkStatus(); }
  absl::Status SaveCircuitRuns(const std::vector<CircuitRun>&) override { return absl::OkStatus(); }
  absl::Status AddUnknown(const std::map<int64_t, UnknownCounts>& /*by_stream*/) override {
    return absl::OkStatus();
  }
  absl::Status SaveProgress(const NormalizedStream& /*stream*/) override {
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<int64_t>> NextBoundary(int64_t /*stream_id*/,
                                                      int64_t /*offset*/) override {
    return std::nullopt;
  }
  absl::Status Try(const std::function<absl::Status()>& body) override { return body(); }
};

constexpr ProverId kEndless = 1;
constexpr ProverId kFailsOnce = 2;
constexpr ProverId kBusyOnce = 3;

// Three provers that are behind; tells when the two whose first step comes to nothing had another.
class FakeStore : public ProjectionStore {
 public:
  absl::StatusOr<std::vector<ProverBehind>> FindProversBehind() override {
    return std::vector<ProverBehind>{{kEndless}, {kFailsOnce}, {kBusyOnce}};
  }
  absl::StatusOr<bool> Project(const ProjectionKey& projection,
                               const ProjectionWork& work) override {
    const ProverId prover_id = projection.prover_id;
    const int step = ++steps_[prover_id];
    if (prover_id == kFailsOnce && step == 1) return absl::UnavailableError("try again");
    if (prover_id == kBusyOnce && step == 1) return false;
    if (steps_[kFailsOnce] > 1 && steps_[kBusyOnce] > 1 && !tried_again.HasBeenNotified()) {
      tried_again.Notify();
    }
    EndlessTransaction transaction;
    if (prover_id != kEndless) return true;
    const absl::Status status = work(transaction);
    if (!status.ok()) return status;
    return true;
  }

  absl::StatusOr<std::vector<ProverUnreadable>> FindUnreadable() override {
    return std::vector<ProverUnreadable>{};
  }

  absl::Status DeleteRetired() override { return absl::OkStatus(); }

  absl::Notification tried_again;

 private:
  std::map<ProverId, int> steps_;
};

TEST(NormalizerWorkerTest, ABacklogDoesNotKeepFromLookingAgain) {
  FakeStore store;
  Metrics metrics("test");
  NormalizerWorker worker(&store, &metrics.normalizer, /*threads=*/1);
  EXPECT_TRUE(store.tried_again.WaitForNotificationWithTimeout(absl::Seconds(30)));
}

// Two provers: the first one's step does not end before the second one had a thousand, each of
// which tells that the first one is due again.
class SlowStore : public FakeStore {
 public:
  static constexpr int kSteps = 1000;

  absl::StatusOr<std::vector<ProverBehind>> FindProversBehind() override {
    return std::vector<ProverBehind>{{1}, {2}};
  }
  absl::StatusOr<bool> Project(const ProjectionKey& projection,
                               const ProjectionWork& work) override {
    std::atomic<int>& at_work = at_work_[projection.prover_id - 1];
    if (++at_work > 1) two_at_one_prover = true;
    if (projection.prover_id == 1) {
      all_steps_.WaitForNotification();
    } else if (NormalizerWorker* const told = worker) {
      told->Notify(1);
      if (++steps_ == kSteps) all_steps_.Notify();
    }
    EndlessTransaction transaction;
    const absl::Status status = work(transaction);
    --at_work;
    if (!status.ok()) return status;
    return true;
  }

  bool HadAllSteps() { return all_steps_.WaitForNotificationWithTimeout(absl::Seconds(30)); }

  std::atomic<NormalizerWorker*> worker = nullptr;
  std::atomic<bool> two_at_one_prover = false;

 private:
  std::atomic<int> at_work_[2] = {};
  std::atomic<int> steps_ = 0;
  absl::Notification all_steps_;
};

TEST(NormalizerWorkerTest, AProverHasOneThreadAndWaitsForNoOther) {
  SlowStore store;
  Metrics metrics("test");
  NormalizerWorker worker(&store, &metrics.normalizer, /*threads=*/3);
  store.worker = &worker;
  EXPECT_TRUE(store.HadAllSteps());
  EXPECT_FALSE(store.two_at_one_prover);
}

}  // namespace
}  // namespace proverlog
