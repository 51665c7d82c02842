#include "analysis/proof_deadline.h"

#include <gtest/gtest.h>

#include <limits>

namespace proverlog {
namespace {

constexpr Millis kEpoch = 32 * 72'000;
constexpr UnixMillis kGenesis = 1'700'000'000'000;
const EpochTiming kTiming{72'000, 32, 1};

UnixMillis EndOf(int32_t epoch) { return kGenesis + (int64_t{epoch} + 1) * kEpoch; }

EpochContext Printed(UnixMillis deadline) {
  EpochContext context;
  context.sessions.emplace_back();
  context.sessions[0].deadline = deadline;
  return context;
}

EpochContext Started(UnixMillis at, const std::string& kind = "full") {
  EpochContext context;
  context.sessions.emplace_back();
  context.sessions[0].started_at = at;
  context.sessions[0].kind = kind;
  return context;
}

TEST(ProofDeadlineTest, TheLogsOwnWordStands) {
  const auto deadline = DeadlineOf(9, {{8, Printed(5000)}, {9, Printed(7000)}}, {kTiming});
  EXPECT_EQ(deadline->at, 7000);
  EXPECT_EQ(deadline->source, DeadlineSource::kLog);
}

TEST(ProofDeadlineTest, TwoOthersTellTheEpochsLength) {
  const std::map<int32_t, EpochContext> contexts = {{3, Printed(10'000)}, {5, Printed(14'000)}};
  for (const KnownTiming& known : {KnownTiming{}, KnownTiming{kTiming, nullptr}}) {
    const auto deadline = DeadlineOf(9, contexts, known);
    EXPECT_EQ(deadline->at, 22'000);
    EXPECT_EQ(deadline->source, DeadlineSource::kOtherEpoch);
    EXPECT_EQ(deadline->from_epoch, 5);
    EXPECT_EQ(deadline->epoch_length, 2000);
    EXPECT_FALSE(deadline->at_the_latest);
  }
  EXPECT_EQ(DeadlineOf(1, contexts, {})->at, 6000);
}

TEST(ProofDeadlineTest, OneOtherNeedsALength) {
  const std::map<int32_t, EpochContext> contexts = {{3, Printed(kGenesis)}};
  EXPECT_FALSE(DeadlineOf(4, contexts, {}));
  const auto asked = DeadlineOf(4, contexts, {kTiming});
  EXPECT_EQ(asked->at, kGenesis + kEpoch);
  EXPECT_EQ(asked->network, "");
  const auto preset = DeadlineOf(4, contexts, {std::nullopt, FindTimingPreset(1, "")});
  EXPECT_EQ(preset->at, kGenesis + kEpoch);
  EXPECT_EQ(preset->network, "mainnet");
}

TEST(ProofDeadlineTest, DeadlinesThatFitNoLengthTellNone) {
  EXPECT_FALSE(DeadlineOf(9, {{3, Printed(10'000)}, {5, Printed(14'001)}}, {}));
  EXPECT_FALSE(DeadlineOf(9, {{3, Printed(10'000)}, {5, Printed(9000)}}, {}));
}

TEST(ProofDeadlineTest, TheSessionThatWasTheLeastLateTellsWhenEpochsEnd) {
  const std::map<int32_t, EpochContext> contexts = {{7, Started(EndOf(7) + 900'000)},
                                                    {8, Started(EndOf(8) + 4000)},
                                                    {9, Started(EndOf(9) + 60'000)}};
  const auto deadline = DeadlineOf(9, contexts, {kTiming});
  EXPECT_EQ(deadline->at, EndOf(9) + kEpoch + 4000);
  EXPECT_EQ(deadline->source, DeadlineSource::kAsked);
  EXPECT_EQ(deadline->from_epoch, 8);
  EXPECT_TRUE(deadline->at_the_latest);
  const auto preset = DeadlineOf(9, contexts, {std::nullopt, FindTimingPreset(1, "0x0")});
  EXPECT_EQ(preset->at, deadline->at);
  EXPECT_EQ(preset->source, DeadlineSource::kPreset);
  EXPECT_FALSE(DeadlineOf(9, contexts, {}));
}

TEST(ProofDeadlineTest, APartialSessionStartsBeforeItsEpochEnds) {
  EXPECT_FALSE(DeadlineOf(9, {{9, Started(EndOf(9), "partial")}}, {kTiming}));
}

TEST(ProofDeadlineTest, TimesThatEndAnEpochBeforeItBeganAreOfAnotherNetwork) {
  const std::map<int32_t, EpochContext> contexts = {{8, Started(EndOf(8))},
                                                    {11, Started(EndOf(11))}};
  EXPECT_TRUE(DeadlineOf(8, contexts, {kTiming}));
  EXPECT_FALSE(DeadlineOf(8, contexts, {EpochTiming{144'000, 32, 1}}));
}

TEST(ProofDeadlineTest, WhatIsNoInstantIsNoDeadline) {
  const int32_t last = std::numeric_limits<int32_t>::max();
  EXPECT_FALSE(DeadlineOf(last, {{1, Printed(1)}, {2, Printed(kLastInstant)}}, {}));
  EXPECT_FALSE(DeadlineOf(0, {{last - 1, Printed(1)}, {last, Printed(kLastInstant)}}, {}));
  EXPECT_FALSE(DeadlineOf(last, {{0, Started(kLastInstant)}}, {EpochTiming{3'600'000, 1000, 1}}));
}

TEST(TimingPresetTest, IsOfTheChainAndItsRollup) {
  EXPECT_EQ(FindTimingPreset(1, "0xanything")->network, "mainnet");
  EXPECT_EQ(FindTimingPreset(11155111, "0xf6D0D42aCE06829bECB78C74F49879528fC632c1")->network,
            "testnet");
  EXPECT_EQ(FindTimingPreset(11155111, "0x38277d4bb1d85c5b8ffa57c9f1997ed6e378bf5c"), nullptr);
  EXPECT_EQ(FindTimingPreset(31337, ""), nullptr);
}

}  // namespace
}  // namespace proverlog
