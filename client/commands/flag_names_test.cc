#include "client/commands/flag_names.h"

#include <gtest/gtest.h>

#include <string>

#include "rpc/status.h"

namespace proverlog {
namespace {

std::string Named(absl::string_view field) {
  return std::string(WithFlagNames(InvalidField(field, "5 is wrong: too much")).message());
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
  EXPECT_EQ(WithFlagNames(absl::NotFoundError("end_time: x")).message(), "end_time: x");
  EXPECT_TRUE(WithFlagNames(absl::OkStatus()).ok());
}

}  // namespace
}  // namespace proverlog
