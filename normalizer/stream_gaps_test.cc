#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "model/time.h"
#include "normalizer/stream_normalizer.h"

namespace proverlog {
namespace {

constexpr UnixMillis kMidnight = 1795219200000;  // 2026-11-21T00:00:00Z

struct Told : NormalizerSink {
  std::vector<std::string> jobs;
  std::vector<Event> events;

  void OnFact(const JobIdView& job, Fact /*fact*/) override {
    jobs.push_back(std::string(job.hash.substr(0, 1)));
  }
  void OnEvent(const Event& event) override { events.push_back(event); }
};

StreamNormalizer Create(std::vector<Anchor> anchors = {{0, kMidnight, "UTC"}}) {
  static const MessageIndex index;
  return *StreamNormalizer::Create({7, "machine", "agent.log", std::move(anchors)}, {}, &index);
}

std::string Enqueue(char hash) {
  return absl::StrCat(
      "[10:00:00.000] INFO: prover-client:proving-broker New proving job id=7:PUBLIC_VM:",
      std::string(64, hash), " epochNumber=7\n");
}

TEST(StreamGapsTest, ALineThatIsCutByAGapMakesNoJobThatDoesNotExist) {
  const std::string first = Enqueue('a');
  const std::string cut = Enqueue('b').substr(0, first.size() - 40);
  StreamNormalizer normalizer = Create();
  Told told;
  normalizer.Feed(first + cut, told);
  normalizer.Skip(5'000, told);
  normalizer.Feed(Enqueue('c'), told);
  EXPECT_EQ(told.jobs, (std::vector<std::string>{"a", "c"}));
  const StreamProgress progress = normalizer.progress();
  EXPECT_EQ(progress.offset, 5'000 + static_cast<int64_t>(first.size()));
  EXPECT_EQ(progress.counts.cut, 1);
  EXPECT_EQ(progress.counts.lines, 3);
}

TEST(StreamGapsTest, WhatIsDroppedTellsNothing) {
  const std::string first = Enqueue('a');
  const auto begin = static_cast<int64_t>(first.size());
  StreamNormalizer normalizer = Create();
  Told told;
  normalizer.Feed(first, told);
  EXPECT_EQ(normalizer.Drop(begin), begin);
  EXPECT_EQ(normalizer.progress().counts.cut, 0);
  // All but its newline: a gap would have it read.
  const std::string whole = Enqueue('b').substr(0, first.size() - 1);
  normalizer.Feed(whole, told);
  EXPECT_EQ(normalizer.Drop(5'000), begin);
  normalizer.Feed(Enqueue('c'), told);
  EXPECT_EQ(told.jobs, (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(normalizer.progress().offset, 5'000 + begin);
  EXPECT_EQ(normalizer.progress().counts.cut, 1);
  EXPECT_EQ(normalizer.progress().counts.lines, 2);
}

TEST(StreamGapsTest, WhatIsDroppedBeginsWithTheRecordThatWaits) {
  const std::string first = Enqueue('a');
  const auto begin = static_cast<int64_t>(first.size());
  StreamNormalizer normalizer = Create();
  Told told;
  // Its event waits for the data in further lines.
  const std::string waits = "[10:00:00.000] INFO: prover-node Finalized proof for epoch 7\n";
  normalizer.Feed(first + waits, told);
  EXPECT_EQ(normalizer.Drop(5'000), begin);
  EXPECT_TRUE(told.events.empty());

  const int64_t next = normalizer.progress().offset;
  normalizer.Feed(waits + "    uuid: 1\n" + "half a line", told);
  EXPECT_EQ(normalizer.Drop(5'000), next);
  // It is dropped once.
  const int64_t end = normalizer.progress().offset;
  EXPECT_EQ(normalizer.Drop(5'000), end);
}

TEST(StreamGapsTest, WhatIsDroppedBeginsWithTheLineInParts) {
  const std::string first = Enqueue('a');
  StreamNormalizer normalizer = Create();
  Told told;
  normalizer.Feed(first + "2026-11-21T10:00:00.000000000Z stdout P half a li\n", told);
  EXPECT_EQ(normalizer.Drop(5'000), static_cast<int64_t>(first.size()));
}

TEST(StreamGapsTest, WhatFollowsAGapContinuesNoRecordBeforeIt) {
  const std::string error = absl::StrCat(
      "[10:00:00.000] ERROR: prover-client:proving-agent Job id=7:PUBLIC_VM:", std::string(64, 'a'),
      " type=PUBLIC_VM failed err=Error: x\n");
  StreamNormalizer normalizer = Create();
  Told told;
  normalizer.Feed(error, told);
  const size_t before = told.jobs.size();
  normalizer.Skip(5'000, told);
  normalizer.Feed("    at somewhere (file.js:1:1)\n" + Enqueue('b'), told);
  EXPECT_EQ(told.jobs.size(), before + 1);
}

TEST(StreamGapsTest, SkippingToTheSamePlaceAgainChangesNothing) {
  StreamNormalizer normalizer = Create();
  Told told;
  normalizer.Feed(Enqueue('a') + "[10:00:00.000] INFO: m half a li", told);
  normalizer.Skip(5'000, told);
  const StreamProgress once = normalizer.progress();
  normalizer.Skip(5'000, told);
  EXPECT_EQ(normalizer.progress().state, once.state);
  EXPECT_EQ(normalizer.progress().counts, once.counts);
}

// The clock of the lines goes on, so a gap over more than a day needs an anchor behind it.
TEST(StreamGapsTest, AnAnchorBehindAGapDatesWhatFollows) {
  StreamNormalizer normalizer =
      Create({{0, kMidnight, "UTC"}, {5'000, kMidnight + 3 * kDay, "UTC"}});
  Told told;
  normalizer.Feed(Enqueue('a'), told);
  normalizer.Skip(5'000, told);
  normalizer.Feed(Enqueue('b'), told);
  const StreamCounts counts = normalizer.progress().counts;
  EXPECT_EQ(*counts.last_at - *counts.first_at, 3 * kDay);
}

}  // namespace
}  // namespace proverlog
