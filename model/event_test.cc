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

TEST(EventTest, WhatIsNoNumberIsNoEpoch) {
  EXPECT_EQ(EpochOf({}), std::nullopt);
  EXPECT_EQ(EpochOf({{"epoch", "-1"}}), std::nullopt);
  EXPECT_EQ(EpochOf({{"epoch", "next"}}), std::nullopt);
  EXPECT_EQ(EpochOf({{"epoch", "99999999999"}}), std::nullopt);
}

}  // namespace
}  // namespace proverlog
