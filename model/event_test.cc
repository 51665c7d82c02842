#include "model/event.h"

#include <gtest/gtest.h>

namespace proverlog {
namespace {

std::optional<int32_t> EpochOf(std::map<std::string, std::string> fields) {
  Event event;
  event.fields = std::move(fields);
  return event.epoch();
}

TEST(EventTest, TheEpochStandsInTheMessageOrInItsData) {
  EXPECT_EQ(EpochOf({{"epoch", "3055"}}), 3055);
  EXPECT_EQ(EpochOf({{"epochNumber", "3055"}}), 3055);
  EXPECT_EQ(EpochOf({{"epoch", "0"}}), 0);
}

TEST(EventTest, SomeKindsBelongToTheProcessThatSaysThem) {
  const auto is_of_process = [](const std::string& kind) {
    return Event{kind, 0, {}, {}}.IsOfProcess();
  };
  for (const char* kind : {"process.started", "bb.configured", "acvm.configured", "crs.cached",
                           "broker.started", "prover_node.started", "proof_store.created"}) {
    EXPECT_TRUE(is_of_process(kind)) << kind;
  }
  for (const char* kind : {"epoch.started", "session.created", "l1.published", "chain.pruned",
                           "candidate.failed", "checkpoint.added", "circuit.failed"}) {
    EXPECT_FALSE(is_of_process(kind)) << kind;
  }
}

TEST(EventTest, WhatIsNoNumberIsNoEpoch) {
  EXPECT_EQ(EpochOf({}), std::nullopt);
  EXPECT_EQ(EpochOf({{"epoch", "-1"}}), std::nullopt);
  EXPECT_EQ(EpochOf({{"epoch", "next"}}), std::nullopt);
  EXPECT_EQ(EpochOf({{"epoch", "99999999999"}}), std::nullopt);
}

}  // namespace
}  // namespace proverlog
