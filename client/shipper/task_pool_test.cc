#include "client/shipper/task_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>

#include "absl/time/time.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

// Goes on whenever it may.
class GreedyTask : public ShipTask {
 public:
  // Of all greedy tasks.
  explicit GreedyTask(std::atomic<int>* runs) : runs_(*runs) {}

  std::optional<absl::Time> Run() override {
    ++runs_;
    return absl::InfinitePast();
  }
  bool HasCall() const override { return false; }
  void DropCall() override {}

 private:
  std::atomic<int>& runs_;
};

// Waits until it is woken.
class QuietTask : public ShipTask {
 public:
  std::optional<absl::Time> Run() override {
    ++runs;
    return absl::InfiniteFuture();
  }
  bool HasCall() const override { return false; }
  void DropCall() override {}

  std::atomic<int> runs = 0;
};

TEST(TaskPoolTest, ATaskThatIsWokenHasItsTurnAmongManyThatGoOn) {
  std::atomic<int> greedy_runs = 0;
  TaskPool pool([] {});
  const auto quiet = std::make_shared<QuietTask>();
  pool.Add(quiet);
  testing_util::WaitUntil([&] { return quiet->runs == 1; }, "it runs when it is added");
  for (int i = 0; i < 20; ++i) pool.Add(std::make_shared<GreedyTask>(&greedy_runs));
  testing_util::WaitUntil([&] { return greedy_runs > 1000; }, "all threads are taken");
  pool.Wake(quiet.get());
  testing_util::WaitUntil([&] { return quiet->runs == 2; }, "it runs again", absl::Seconds(10));
}

}  // namespace
}  // namespace proverlog
