#include "client/shipper/task_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

// Goes on whenever it may.
class GreedyTask : public ShipTask {
 public:
  std::optional<absl::Time> Run() override {
    absl::SleepFor(absl::Milliseconds(1));
    return absl::InfinitePast();
  }
  bool HasCall() const override { return false; }
  void DropCall() override {}
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
  TaskPool pool([] {});
  const auto quiet = std::make_shared<QuietTask>();
  pool.Add(quiet);
  testing_util::WaitUntil([&] { return quiet->runs == 1; }, "it runs when it is added");
  for (int i = 0; i < 20; ++i) pool.Add(std::make_shared<GreedyTask>());
  absl::SleepFor(absl::Milliseconds(20));  // all threads are taken
  pool.Wake(quiet.get());
  testing_util::WaitUntil([&] { return quiet->runs == 2; }, "it runs again", absl::Seconds(10));
}

}  // namespace
}  // namespace proverlog
