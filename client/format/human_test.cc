#include "client/format/human.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace proverlog {
namespace {

TEST(HumanTimeTest, IsUtcToTheMillisecond) {
  EXPECT_EQ(HumanTime(absl::FromUnixMillis(1795230046633)), "2026-11-21 03:00:46.633");
  EXPECT_EQ(HumanTime(absl::FromUnixMillis(1795230046000)), "2026-11-21 03:00:46.000");
  EXPECT_EQ(HumanTime(absl::UnixEpoch()), "1970-01-01 00:00:00.000");
  EXPECT_EQ(HumanTime(absl::FromUnixMillis(-1)), "1969-12-31 23:59:59.999");
}

TEST(HumanTimeTest, TakesAMessageOfTheProtocol) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(1795230046);
  timestamp.set_nanos(633'999'999);
  EXPECT_EQ(HumanTime(timestamp), "2026-11-21 03:00:46.633");
}

TEST(EndTimeTest, HasItsDateWhereItIsAnotherDays) {
  google::protobuf::Timestamp begin;
  begin.set_seconds(1795230046);
  google::protobuf::Timestamp end = begin;
  end.set_seconds(begin.seconds() + 60);
  EXPECT_EQ(EndTime(begin, end), "03:01:46.000");
  end.set_seconds(begin.seconds() + 86'400);
  EXPECT_EQ(EndTime(begin, end), "2026-11-22 03:00:46.000");
}

}  // namespace
}  // namespace proverlog
