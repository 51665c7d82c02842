#include "server/thread_priority.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <thread>

namespace proverlog {
namespace {

TEST(ThreadPriorityTest, IsTheThreadsOwnAndThatOfThoseItMakes) {
  const int before = getpriority(PRIO_PROCESS, 0);
  int lowered = 0;
  int inherited = 0;
  std::thread([&] {
    LowerThreadPriority();
    lowered = getpriority(PRIO_PROCESS, 0);
    std::thread([&] { inherited = getpriority(PRIO_PROCESS, 0); }).join();
  }).join();
  EXPECT_EQ(lowered, 5);
  EXPECT_EQ(inherited, 5);
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), before);
}

}  // namespace
}  // namespace proverlog
