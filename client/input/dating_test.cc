#include "client/input/dating.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "model/time.h"
#include "normalizer/timeline.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using Day = absl::CivilDay;

constexpr UnixMillis kMidnight = 1795219200000;  // 2026-11-21T00:00:00Z
constexpr UnixMillis kNow = kMidnight + 100 * kDay;

// A log whose lines carry only a time of day.
LogScan Undated(Millis first, Millis last, int midnights = 0) {
  LogScan scan;
  scan.size = 1;
  scan.first_time_of_day = first;
  scan.last_time_of_day = last;
  scan.midnights = midnights;
  return scan;
}

LogScan WithHint(LogScan scan, UnixMillis at, Millis time_of_day, int midnights = 0) {
  scan.hint = LogScan::Hint{at, time_of_day, midnights};
  return scan;
}

DatingOptions Options(const std::string& zone = "UTC") {
  DatingOptions options;
  options.time_zone_name = zone;
  options.time_zone = LoadTimeZone(zone).value();
  options.now = kNow;
  return options;
}

DatingOptions OnDate(Day date, const std::string& zone = "UTC") {
  DatingOptions options = Options(zone);
  options.date = date;
  return options;
}

// The dating, which there must be.
Dating Choose(const LogScan& scan, std::optional<UnixMillis> modified_at,
              const DatingOptions& options = Options()) {
  const auto dating = ChooseDating(scan, "the.log", modified_at, options);
  EXPECT_TRUE(dating.ok()) << dating.status();
  return dating.value_or(Dating{});
}

// The instant of the first line that has only a time of day.
UnixMillis AnchorAt(const Dating& dating) {
  EXPECT_TRUE(dating.anchor);
  return dating.anchor ? dating.anchor->at : 0;
}

absl::Status Refusal(const LogScan& scan, std::optional<UnixMillis> modified_at) {
  return ChooseDating(scan, "the.log", modified_at, Options()).status();
}

TEST(DatingTest, ALogWhoseRecordsHaveDatesNeedsNone) {
  LogScan scan;
  scan.first_instant = kMidnight;
  const Dating dating = Choose(scan, kNow, OnDate(Day(2020, 1, 1)));
  EXPECT_EQ(dating.basis, DateBasis::kRecords);
  EXPECT_FALSE(dating.anchor);
  EXPECT_EQ(dating.remark, "");
}

TEST(DatingTest, SoDoesALogWithoutRecords) {
  EXPECT_EQ(Choose(LogScan{}, std::nullopt).basis, DateBasis::kRecords);
}

TEST(DatingTest, WhatTheUserSaysCountsMost) {
  LogScan scan = WithHint(Undated(3 * kHour, 4 * kHour), kMidnight, 3 * kHour);
  scan.first_instant = kMidnight;
  const Dating dating = Choose(scan, kMidnight, OnDate(Day(2026, 1, 15)));
  EXPECT_EQ(dating.basis, DateBasis::kFlag);
  EXPECT_EQ(AnchorAt(dating), 1768446000000);  // 2026-01-15T03:00:00Z
  EXPECT_EQ(dating.anchor->offset, 0);
  EXPECT_EQ(dating.anchor->time_zone, "UTC");
  EXPECT_EQ(dating.remark, "");
}

TEST(DatingTest, TheDateIsThatOfTheFirstLineWhateverMidnightsFollow) {
  EXPECT_EQ(AnchorAt(Choose(Undated(23 * kHour, kHour, 5), kNow, OnDate(Day(2026, 11, 21)))),
            kMidnight + 23 * kHour);
}

TEST(DatingTest, MillisecondsAreKept) {
  EXPECT_EQ(AnchorAt(Choose(Undated(12'345'678, 12'345'678), {}, OnDate(Day(2026, 11, 21)))),
            kMidnight + 12'345'678);
}

TEST(DatingTest, ADateIsReadInItsTimeZone) {
  const struct {
    std::string zone;
    Day date;
    UnixMillis at;
  } kCases[] = {
      {"Asia/Tokyo", Day(2026, 11, 21), kMidnight + 3 * kHour - 9 * kHour},
      {"America/New_York", Day(2026, 11, 21), kMidnight + 3 * kHour + 5 * kHour},
      {"America/New_York", Day(2026, 7, 1), 1782889200000},  // 2026-07-01T07:00:00Z, summer time
      {"Europe/Berlin", Day(2026, 1, 15), 1768442400000},    // 2026-01-15T02:00:00Z
      {"Europe/Berlin", Day(2026, 7, 1), 1782867600000},     // 2026-07-01T01:00:00Z, summer time
  };
  for (const auto& test : kCases) {
    const Dating dating = Choose(Undated(3 * kHour, 4 * kHour), {}, OnDate(test.date, test.zone));
    EXPECT_EQ(AnchorAt(dating), test.at) << test.zone << " " << test.date;
    EXPECT_EQ(dating.anchor->time_zone, test.zone);
  }
}

TEST(DatingTest, OnTheDayOfAClockChangeTheTimeOfDayCountsAndNotTheHoursSinceMidnight) {
  // On 2026-03-29 Berlin's clocks go from 02:00 to 03:00.
  EXPECT_EQ(AnchorAt(Choose(Undated(12 * kHour, 13 * kHour), {},
                            OnDate(Day(2026, 3, 29), "Europe/Berlin"))),
            1774778400000);  // 10:00Z
  EXPECT_EQ(
      AnchorAt(Choose(Undated(kHour, 13 * kHour), {}, OnDate(Day(2026, 3, 29), "Europe/Berlin"))),
      1774742400000);  // 00:00Z
}

TEST(DatingTest, AnInstantOfAnotherRecordDatesTheOthers) {
  LogScan scan = Undated(3 * kHour, 4 * kHour);
  scan.first_instant = kMidnight + 3 * kHour + kMinute;
  const Dating dating = Choose(scan, kNow);
  EXPECT_EQ(dating.basis, DateBasis::kLogInstants);
  EXPECT_EQ(AnchorAt(dating), kMidnight + 3 * kHour);
  EXPECT_EQ(dating.remark, "");
}

TEST(DatingTest, TheNearestDayIsTakenAlsoAcrossMidnight) {
  LogScan before = Undated(23 * kHour, 23 * kHour);
  before.first_instant = kMidnight + kHour;
  EXPECT_EQ(AnchorAt(Choose(before, {})), kMidnight - kHour);

  LogScan after = Undated(kHour, 2 * kHour);
  after.first_instant = kMidnight + 23 * kHour;
  EXPECT_EQ(AnchorAt(Choose(after, {})), kMidnight + 25 * kHour);
}

TEST(DatingTest, AnInstantInAMessageDatesTheLog) {
  const Dating dating = Choose(
      WithHint(Undated(3 * kHour, 8 * kHour), kMidnight + 4 * kHour, 4 * kHour + 7 * kMinute),
      kNow);
  EXPECT_EQ(dating.basis, DateBasis::kLogInstants);
  EXPECT_EQ(AnchorAt(dating), kMidnight + 3 * kHour);
  EXPECT_EQ(dating.remark, "");
}

TEST(DatingTest, ARecordsOwnInstantCountsMoreThanOneInAMessage) {
  LogScan scan = WithHint(Undated(3 * kHour, 8 * kHour), kMidnight + 4 * kHour, 4 * kHour);
  scan.first_instant = kMidnight - 7 * kDay + 3 * kHour;
  EXPECT_EQ(AnchorAt(Choose(scan, {})), kMidnight - 7 * kDay + 3 * kHour);
}

TEST(DatingTest, AJobMayHaveStartedBeforeTheMidnightBeforeItsRecord) {
  const Dating dating =
      Choose(WithHint(Undated(10 * kMinute, kHour), kMidnight - 10 * kMinute, 20 * kMinute), {});
  EXPECT_EQ(AnchorAt(dating), kMidnight + 10 * kMinute);
  EXPECT_EQ(dating.remark, "");
}

TEST(DatingTest, ItsClockMayBeAheadOfMidnightWhenTheRecordsIsNot) {
  const Dating dating =
      Choose(WithHint(Undated(kHour, 23 * kHour), kMidnight + kMinute, kDay - kMinute), {});
  EXPECT_EQ(AnchorAt(dating), kMidnight - kDay + kHour);
  EXPECT_EQ(dating.remark, "");
}

TEST(DatingTest, TheMidnightsBeforeAHintAreCountedBack) {
  EXPECT_EQ(AnchorAt(Choose(WithHint(Undated(22 * kHour, 5 * kHour, 7), kMidnight + 4 * kHour,
                                     4 * kHour + kMinute, 3),
                            kNow)),
            kMidnight - 3 * kDay + 22 * kHour);
}

TEST(DatingTest, AHintIsReadInTheTimeZone) {
  // 2026-11-21T02:00Z is 21:00 of the day before in New York and 11:00 in Tokyo.
  const Dating new_york =
      Choose(WithHint(Undated(20 * kHour, 23 * kHour), kMidnight + 2 * kHour, 21 * kHour + kMinute),
             {}, Options("America/New_York"));
  EXPECT_EQ(AnchorAt(new_york), kMidnight + kHour);
  EXPECT_EQ(new_york.remark, "");
  EXPECT_EQ(new_york.anchor->time_zone, "America/New_York");
  const Dating tokyo =
      Choose(WithHint(Undated(10 * kHour, 23 * kHour), kMidnight + 2 * kHour, 11 * kHour + kMinute),
             {}, Options("Asia/Tokyo"));
  EXPECT_EQ(AnchorAt(tokyo), kMidnight + kHour);
  EXPECT_EQ(tokyo.remark, "");
}

TEST(DatingTest, SaysWhenTheTimeZoneDoesNotFit) {
  // Written in Tokyo, read as UTC.
  const LogScan tokyo =
      WithHint(Undated(10 * kHour, 23 * kHour), kMidnight + 2 * kHour, 11 * kHour + kMinute);
  const Dating dating = Choose(tokyo, {});
  EXPECT_EQ(dating.basis, DateBasis::kLogInstants);
  EXPECT_THAT(dating.remark, HasSubstr("about 9 hours"));
  EXPECT_THAT(dating.remark, HasSubstr("UTC"));
  EXPECT_THAT(dating.remark, HasSubstr("--time-zone"));
  // Written in New York, read as UTC.
  EXPECT_THAT(
      Choose(WithHint(Undated(20 * kHour, 23 * kHour), kMidnight + 2 * kHour, 21 * kHour), {})
          .remark,
      HasSubstr("about 5 hours"));
}

TEST(DatingTest, AJobMayBeSixHoursOldAndItsClockFiveMinutesAhead) {
  const UnixMillis at = kMidnight + 8 * kHour;
  const auto remark = [&](Millis age) {
    return Choose(WithHint(Undated(kHour, 23 * kHour), at, 8 * kHour + age), {}).remark;
  };
  EXPECT_EQ(remark(6 * kHour), "");
  EXPECT_NE(remark(6 * kHour + 1), "");
  EXPECT_EQ(remark(-5 * kMinute), "");
  EXPECT_NE(remark(-5 * kMinute - 1), "");
}

TEST(DatingTest, ElseTheModificationTimeDates) {
  const Dating dating = Choose(Undated(3 * kHour, 8 * kHour), kMidnight + 8 * kHour + 2 * kSecond);
  EXPECT_EQ(dating.basis, DateBasis::kModificationTime);
  EXPECT_EQ(AnchorAt(dating), kMidnight + 3 * kHour);
  EXPECT_EQ(dating.anchor->time_zone, "UTC");
}

TEST(DatingTest, AModificationTimeIsNoCertaintyAndIsToldSo) {
  const Dating dating = Choose(Undated(3 * kHour, 8 * kHour), kMidnight + 9 * kHour);
  EXPECT_THAT(dating.remark, HasSubstr("modification time"));
  EXPECT_THAT(dating.remark, HasSubstr("2026-11-21"));
  EXPECT_THAT(dating.remark, HasSubstr("UTC"));
  EXPECT_THAT(dating.remark, HasSubstr("--date"));
}

TEST(DatingTest, TheLastLineIsNotAfterTheModificationTime) {
  // Written until 23:59, closed after midnight.
  EXPECT_EQ(AnchorAt(Choose(Undated(20 * kHour, kDay - kMinute), kMidnight + 10 * kMinute)),
            kMidnight - 4 * kHour);
  // Touched hours later.
  EXPECT_EQ(AnchorAt(Choose(Undated(20 * kHour, 21 * kHour), kMidnight + 20 * kHour)),
            kMidnight - 4 * kHour);
  EXPECT_EQ(AnchorAt(Choose(Undated(20 * kHour, 21 * kHour), kMidnight + 21 * kHour)),
            kMidnight + 20 * kHour);
}

TEST(DatingTest, TheMachinesClockMayBeAheadOfTheFilesByFiveMinutes) {
  const LogScan scan = Undated(20 * kHour, 21 * kHour);
  EXPECT_EQ(AnchorAt(Choose(scan, kMidnight + 21 * kHour - 5 * kMinute)), kMidnight + 20 * kHour);
  EXPECT_EQ(AnchorAt(Choose(scan, kMidnight + 21 * kHour - 5 * kMinute - 1)),
            kMidnight - 4 * kHour);
  // Also across midnight: the last line is of a minute past it, the file of a minute before.
  EXPECT_EQ(AnchorAt(Choose(Undated(20 * kHour, kMinute, 1), kMidnight - kMinute)),
            kMidnight - 4 * kHour);
}

TEST(DatingTest, CountsMidnightsBackFromTheModificationTime) {
  EXPECT_EQ(AnchorAt(Choose(Undated(20 * kHour, kHour, 1), kMidnight + 2 * kHour)),
            kMidnight - 4 * kHour);
  EXPECT_EQ(AnchorAt(Choose(Undated(20 * kHour, kHour, 10), kMidnight + 2 * kHour)),
            kMidnight - 9 * kDay - 4 * kHour);
  EXPECT_THAT(Choose(Undated(20 * kHour, kHour, 10), kMidnight + 2 * kHour).remark,
              HasSubstr("2026-11-11"));
}

TEST(DatingTest, AModificationTimeIsReadInTheTimeZone) {
  // 2026-11-21T02:00Z: in New York it is 21:00 of the 20th.
  EXPECT_EQ(AnchorAt(Choose(Undated(20 * kHour, 21 * kHour), kMidnight + 2 * kHour,
                            Options("America/New_York"))),
            kMidnight + kHour);
  // In Berlin the night of 2026-10-25 is an hour longer. Last line 04:00 (03:00Z), first 23:00 of
  // the evening before (21:00Z, still summer time).
  const UnixMillis last = 1792897200000;  // 2026-10-25T03:00Z
  EXPECT_EQ(
      AnchorAt(Choose(Undated(23 * kHour, 4 * kHour, 1), last + kMinute, Options("Europe/Berlin"))),
      last - 6 * kHour);
}

TEST(DatingTest, RefusesAndNamesTheFlagWhereNothingDatesTheLog) {
  const absl::Status status = Refusal(Undated(3 * kHour, 8 * kHour), std::nullopt);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("the.log"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("--date"));
}

TEST(DatingTest, RefusesModificationTimesThatCannotBe) {
  constexpr UnixMillis kBeginOf2023 = 1672531200000;
  const LogScan scan = Undated(3 * kHour, 8 * kHour);
  for (const UnixMillis modified_at :
       {UnixMillis{0}, UnixMillis{-1}, kBeginOf2023 - 1, kNow + 5 * kMinute + 1, kNow + kDay}) {
    EXPECT_EQ(Refusal(scan, modified_at).code(), absl::StatusCode::kInvalidArgument) << modified_at;
    EXPECT_THAT(std::string(Refusal(scan, modified_at).message()), HasSubstr("--date"));
  }
  for (const UnixMillis modified_at : {kBeginOf2023, kNow, kNow + 5 * kMinute}) {
    EXPECT_TRUE(Refusal(scan, modified_at).ok()) << modified_at;
  }
}

}  // namespace
}  // namespace proverlog
