#include "client/shipper/stdin_spool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

#include "tests/testing_util/process.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing_util::WaitUntil;

constexpr size_t kCapacity = 8192;

class StdinSpoolTest : public testing::Test {
 protected:
  StdinSpoolTest() { EXPECT_EQ(pipe2(pipe_.data(), O_CLOEXEC), 0); }
  ~StdinSpoolTest() override {
    close(pipe_[0]);
    CloseInput();
  }

  void CloseInput() {
    if (pipe_[1] >= 0) close(pipe_[1]);
    pipe_[1] = -1;
  }
  void Write(const std::string& bytes) const {
    ASSERT_EQ(write(pipe_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  static void AwaitSize(StdinSpool& spool, int64_t size) {
    WaitUntil([&] { return spool.Size() == size; }, "it is read");
  }

  std::array<int, 2> pipe_{-1, -1};
};

TEST_F(StdinSpoolTest, KeepsWhatWasReadUntilItIsReleased) {
  StdinSpool spool(pipe_[0], kCapacity, OnFull::kBlock, [] {});
  Write("first\n");
  AwaitSize(spool, 6);
  Write("second\n");
  AwaitSize(spool, 13);
  EXPECT_EQ(*spool.Read(0, 100), "first\nsecond\n");
  EXPECT_EQ(*spool.Read(3, 5), "st\nse");
  EXPECT_EQ(*spool.Read(13, 5), "");
  EXPECT_FALSE(spool.MissingAt(3));
  spool.Release(8);
  EXPECT_EQ(*spool.Read(8, 100), "cond\n");
  EXPECT_EQ(*spool.Read(0, 100), "first\nsecond\n") << "the head stays";
  EXPECT_FALSE(spool.HasEnded());
  CloseInput();
  WaitUntil([&] { return spool.HasEnded(); }, "the end is seen");
}

TEST_F(StdinSpoolTest, WhatTheServerLostAndIsReleasedIsMissing) {
  StdinSpool spool(pipe_[0], kCapacity, OnFull::kBlock, [] {});
  Write(std::string(3000, 'x'));
  AwaitSize(spool, 3000);
  spool.Release(2500);
  const auto missing = spool.MissingAt(2000);
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->end, 2500);
  EXPECT_EQ(missing->reason, v1::GAP_REASON_LOST_BY_SERVER);
}

TEST_F(StdinSpoolTest, BlocksWhenItIsFull) {
  StdinSpool spool(pipe_[0], kCapacity, OnFull::kBlock, [] {});
  Write(std::string(kCapacity, 'a'));
  AwaitSize(spool, kCapacity);
  Write("more");
  EXPECT_EQ(spool.Size(), static_cast<int64_t>(kCapacity));
  spool.Release(kCapacity);
  AwaitSize(spool, kCapacity + 4);
  EXPECT_EQ(*spool.Read(kCapacity, 100), "more");
}

TEST_F(StdinSpoolTest, DropsWhenItIsFullAndKnowsHowMuch) {
  StdinSpool spool(pipe_[0], kCapacity, OnFull::kDrop, [] {});
  const auto size = static_cast<int64_t>(kCapacity);
  Write(std::string(kCapacity, 'a'));
  AwaitSize(spool, size);
  Write("dropped");
  AwaitSize(spool, size + 7);
  EXPECT_FALSE(spool.MissingAt(size - 1));
  spool.Release(size);
  Write("kept");
  AwaitSize(spool, size + 11);
  const auto missing = spool.MissingAt(size);
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->end, size + 7);
  EXPECT_EQ(missing->reason, v1::GAP_REASON_DROPPED);
  EXPECT_EQ(*spool.Read(size, 100), "");
  EXPECT_EQ(*spool.Read(size + 7, 100), "kept");
}

TEST_F(StdinSpoolTest, StopsWhileItBlocks) {
  StdinSpool spool(pipe_[0], kCapacity, OnFull::kBlock, [] {});
  Write(std::string(kCapacity, 'a'));
  AwaitSize(spool, kCapacity);
  spool.Stop();
  WaitUntil([&] { return spool.HasEnded(); }, "it has stopped");
  EXPECT_EQ(spool.Size(), static_cast<int64_t>(kCapacity));
}

}  // namespace
}  // namespace proverlog
