#include "server/query/trouble_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "server/query/query_fixture.h"

namespace proverlog {
namespace {

using testing::SizeIs;

class TroubleLinesTest : public QueryTest {
 protected:
  TroubleLines Ask(const EpochWindow& window, int64_t max_bytes = kMaxTroubleBytes) {
    return AskOfAll({window}, max_bytes);
  }
  TroubleLines AskOfAll(const std::vector<EpochWindow>& windows, int64_t max_bytes) {
    const auto lines = TroubleLinesOf(store_, *store_.FindProver("demo"), windows, max_bytes);
    EXPECT_TRUE(lines.ok()) << lines.status();
    return *lines;
  }
};

TEST_F(TroubleLinesTest, RecordsAreCountedByTemplateOverAllMachines) {
  const std::string head = "[03:00:00.000] INFO: a ERROR is a word here\n";
  Import("m", "a.log",
         absl::StrCat(head, "[03:00:02.000] WARN: a:b took 12 ms\n    at f\n",
                      "[03:00:03.000] ERROR: a:b it broke\n"));
  Import("n", "b.log",
         "[03:00:01.000] WARN: a:b took 7 ms\n[03:00:04.000] WARN: a:c took 7 ms\n"
         "[04:00:00.000] FATAL: a late\n");
  const TroubleLines lines = Ask({kSomeDay, kSomeDay + 5'400'000});
  EXPECT_EQ(lines.records, 4);
  EXPECT_FALSE(lines.stopped_at);
  EXPECT_GT(lines.bytes_read, 200);
  ASSERT_THAT(lines.troubles, SizeIs(3));
  EXPECT_EQ(lines.troubles[0].level, LogLevel::kError);
  EXPECT_EQ(lines.troubles[0].message_template, "it broke");
  EXPECT_EQ(lines.troubles[1].count, 2);
  EXPECT_EQ(lines.troubles[1].module, "a:b");
  EXPECT_EQ(lines.troubles[1].message_template, "took <n> ms");
  EXPECT_EQ(lines.troubles[1].first_at, kSomeDay + 3'601'000);
  EXPECT_EQ(lines.troubles[1].example.machine, "n");
  EXPECT_EQ(lines.troubles[1].example.source, "b.log");
  EXPECT_EQ(lines.troubles[1].example.offset, 0);
  EXPECT_EQ(lines.troubles[2].module, "a:c");
  EXPECT_THAT(Ask({}).troubles, SizeIs(4));
  EXPECT_EQ(Ask({}).troubles[0].message_template, "late");
}

TEST_F(TroubleLinesTest, WhatLiesBetweenTwoTimesIsOfNone) {
  Import("m", "a.log",
         "[03:00:00.000] WARN: a took 1 ms\n[03:10:00.000] WARN: a took 2 ms\n"
         "[03:20:00.000] WARN: a took 3 ms\n[03:20:01.000] WARN: a took 4 ms\n");
  const UnixMillis three = kSomeDay + 3'600'000;
  const std::vector<EpochWindow> windows = {{three, three + 1}, {three + 1'200'000, {}}};
  const TroubleLines lines = AskOfAll(windows, kMaxTroubleBytes);
  EXPECT_EQ(lines.records, 3);
  ASSERT_THAT(lines.troubles, SizeIs(1));
  EXPECT_EQ(lines.troubles[0].count, 3);
  EXPECT_EQ(lines.troubles[0].first_at, three);
  const TroubleLines stopped = AskOfAll(windows, 20);
  EXPECT_TRUE(stopped.stopped_at);
  EXPECT_EQ(stopped.unread_logs, 1);
}

TEST_F(TroubleLinesTest, ItSaysWhereItStopped) {
  const std::string line = "[03:00:00.000] WARN: a no\n";
  const std::string log = line + line + line;
  Import("m", "a.log", log);
  Import("m", "b.log", "[03:00:01.000] WARN: a yes\n");
  const auto size = static_cast<int64_t>(line.size());
  const TroubleLines lines = Ask({}, 2 * size);
  EXPECT_EQ(lines.records, 2);
  EXPECT_EQ(lines.bytes_read, 2 * size);
  ASSERT_TRUE(lines.stopped_at);
  EXPECT_EQ(lines.stopped_at->source, "a.log");
  EXPECT_EQ(lines.stopped_at->offset, 2 * size);
  EXPECT_EQ(lines.unread_logs, 1);
  EXPECT_EQ(Ask({}, 4 * size).records, 4);
  EXPECT_FALSE(Ask({}, 5 * size).stopped_at);
}

TEST_F(TroubleLinesTest, KindsBeyondTheMostAreCountedAndNotListed) {
  std::string log;
  for (size_t i = 0; i < kMaxTroubles + 5; ++i) {
    // Letters: numbers are masked.
    std::string word;
    for (size_t n = i; word.size() < 4; n /= 26) word += static_cast<char>('g' + n % 20);
    absl::StrAppend(&log, "[03:00:00.000] WARN: a", i, " ", word, "\n");
  }
  Import("m", "a.log", log);
  const TroubleLines lines = Ask({});
  EXPECT_TRUE(lines.more_troubles);
  EXPECT_THAT(lines.troubles, SizeIs(kMaxTroubles));
  EXPECT_EQ(lines.records, static_cast<int64_t>(kMaxTroubles) + 5);
}

}  // namespace
}  // namespace proverlog
