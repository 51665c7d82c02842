#include "normalizer/normalizer_state.h"

#include <gtest/gtest.h>

#include "model/fact.h"

namespace proverlog {
namespace {

TEST(NormalizerStateTest, TheSameStateIsTheSameBytes) {
  NormalizerState state;
  state.counts_before_seal.emplace();
  for (const FactKind kind : {FactKind::kEnqueued, FactKind::kStarted, FactKind::kCompleted,
                              FactKind::kRetried, FactKind::kTimedOut, FactKind::kFailed}) {
    state.counts_before_seal->facts[kind] = 1;
  }
  const std::string saved = SerializeState(state);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(SerializeState(state), saved);
}

TEST(NormalizerStateTest, WhatASealCountsIsTakenBackWhole) {
  NormalizerState state;
  state.counts_before_seal.emplace();
  state.counts_before_seal->records = 7;
  state.counts_before_seal->versions.Add(ParseVersionRange("3.0-4.1"));
  const auto read = ParseState(SerializeState(state));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->counts_before_seal, state.counts_before_seal);
}

TEST(NormalizerStateTest, WhatRunsIsKept) {
  NormalizerState state;
  state.running.Begin("h/1", 5);
  state.running.Take("h/1", {7, "PUBLIC_VM", "aa"}, FactKind::kStarted, 6);
  state.running.Take("h/1", {7, "TUBE_PROOF", "bb"}, FactKind::kStarted, 7);
  state.running.Take("a.log", {8, "PUBLIC_VM", "aa"}, FactKind::kStarted, 8);
  const auto read = ParseState(SerializeState(state));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->running.processes(), state.running.processes());
}

}  // namespace
}  // namespace proverlog
