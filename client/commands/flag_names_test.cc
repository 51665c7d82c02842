#include "client/commands/flag_names.h"

#include <gtest/gtest.h>

#include <string>

#include "rpc/status.h"

namespace proverlog {
namespace {

std::string Named(absl::string_view field) {
  return std::string(NameFlags(InvalidField(field, "5 is wrong: too much")).message());
}

TEST(FlagNamesTest, AFieldIsNamedAsItsFlag) {
  EXPECT_EQ(Named("end_time"), "--to: 5 is wrong: too much");
  EXPECT_EQ(Named("page_size"), "--limit: 5 is wrong: too much");
  EXPECT_EQ(Named("timing.epoch_slots"), "--epoch-slots: 5 is wrong: too much");
}

TEST(FlagNamesTest, ASubjectIsCountedFromOne) {
  EXPECT_EQ(Named("subjects[0]"), "SUBJECT 1: 5 is wrong: too much");
  EXPECT_EQ(Named("subjects[1].end_time"), "SUBJECT 2, to: 5 is wrong: too much");
  EXPECT_EQ(Named("subjects[1].epochs"), "SUBJECT 2, epochs: 5 is wrong: too much");
  EXPECT_EQ(Named("subjects[x]"), "subjects[x]: 5 is wrong: too much");
}

TEST(FlagNamesTest, WhatIsNoFlagStays) {
  EXPECT_EQ(Named("figure"), "figure: 5 is wrong: too much");
  EXPECT_EQ(NameFlags(absl::NotFoundError("end_time: x")).message(), "end_time: x");
  EXPECT_TRUE(NameFlags(absl::OkStatus()).ok());
}

TEST(FlagNamesTest, ACommandHasItsOwn) {
  const FlagNames names = {{"match", "--match"}, {"end_time", "--for"}};
  const auto named = [&](const char* message) {
    return std::string(NameFlags(absl::InvalidArgumentError(message), names).message());
  };
  EXPECT_EQ(named("match: at least one"), "--match: at least one");
  EXPECT_EQ(named("match[machine]: it is empty"), "--match[machine]: it is empty");
  EXPECT_EQ(named("end_time: no"), "--for: no");
  EXPECT_EQ(named("start_time: no"), "--from: no");
  EXPECT_EQ(named("matches: no"), "matches: no");
  EXPECT_EQ(named("no match"), "no match");
  EXPECT_EQ(NameFlags(absl::NotFoundError("match: no"), names), absl::NotFoundError("match: no"));
}

}  // namespace
}  // namespace proverlog
