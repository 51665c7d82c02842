#include "normalizer/timeline.h"

#include <gtest/gtest.h>

#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "model/time.h"

namespace proverlog {
namespace {

UnixMillis Utc(int year, int month, int day, int hour = 0, int minute = 0) {
  return absl::ToUnixMillis(
      absl::FromCivil(absl::CivilMinute(year, month, day, hour, minute), absl::UTCTimeZone()));
}

Timeline Anchored(UnixMillis at, const std::string& zone = "UTC") {
  return Timeline({Anchor{0, at, zone}}, {});
}

TEST(TimelineTest, WithoutAnAnchorThereIsNoInstant) {
  Timeline timeline({}, {});
  EXPECT_FALSE(timeline.Resolve("", 0, 5 * kHour));
}

TEST(TimelineTest, TheFirstLineIsTheOneNearestToTheAnchor) {
  EXPECT_EQ(Anchored(Utc(2026, 2, 7, 1)).Resolve("", 0, 23 * kHour), Utc(2026, 2, 6, 23));
  EXPECT_EQ(Anchored(Utc(2026, 2, 7, 23)).Resolve("", 0, 1 * kHour), Utc(2026, 2, 8, 1));
  EXPECT_EQ(Anchored(Utc(2026, 2, 7, 12)).Resolve("", 0, 10 * kHour), Utc(2026, 2, 7, 10));
}

TEST(TimelineTest, ABackwardStepOfMoreThanTwelveHoursIsMidnight) {
  Timeline timeline = Anchored(Utc(2026, 2, 7, 23));
  EXPECT_EQ(timeline.Resolve("", 0, kDay - 1), Utc(2026, 2, 8) - 1);
  EXPECT_EQ(timeline.Resolve("", 1, 1), Utc(2026, 2, 8) + 1);
  EXPECT_EQ(timeline.Resolve("", 2, 12 * kHour), Utc(2026, 2, 8, 12));
  EXPECT_EQ(timeline.Resolve("", 3, 23 * kHour), Utc(2026, 2, 8, 23));
  EXPECT_EQ(timeline.Resolve("", 4, 0), Utc(2026, 2, 9));
}

TEST(TimelineTest, ASmallerBackwardStepIsDisorderAlsoAcrossMidnight) {
  Timeline timeline = Anchored(Utc(2026, 2, 7, 12));
  EXPECT_EQ(timeline.Resolve("", 0, 12 * kHour), Utc(2026, 2, 7, 12));
  EXPECT_EQ(timeline.Resolve("", 1, 12 * kHour - 5), Utc(2026, 2, 7, 12) - 5);
  Timeline midnight = Anchored(Utc(2026, 2, 7, 23));
  EXPECT_EQ(midnight.Resolve("", 0, 3), Utc(2026, 2, 8) + 3);
  EXPECT_EQ(midnight.Resolve("", 1, kDay - 2), Utc(2026, 2, 8) - 2);
  EXPECT_EQ(midnight.Resolve("", 2, 4), Utc(2026, 2, 8) + 4);
}

TEST(TimelineTest, SilenceOfLessThanADayIsNoStepBack) {
  Timeline timeline = Anchored(Utc(2026, 2, 7, 1));
  EXPECT_EQ(timeline.Resolve("", 0, kHour), Utc(2026, 2, 7, 1));
  EXPECT_EQ(timeline.Resolve("", 1, 14 * kHour), Utc(2026, 2, 7, 14));
  EXPECT_EQ(timeline.Resolve("", 2, 1 * kHour), Utc(2026, 2, 8, 1));
  EXPECT_EQ(timeline.Resolve("", 3, 23 * kHour), Utc(2026, 2, 8, 23));
}

TEST(TimelineTest, EachWriterHasItsOwnClock) {
  Timeline timeline = Anchored(Utc(2026, 2, 7, 1));
  EXPECT_EQ(timeline.Resolve("broker", 0, kHour), Utc(2026, 2, 7, 1));
  EXPECT_EQ(timeline.Resolve("broker", 1, 12 * kHour), Utc(2026, 2, 7, 12));
  EXPECT_EQ(timeline.Resolve("broker", 2, 22 * kHour), Utc(2026, 2, 7, 22));
  EXPECT_EQ(timeline.Resolve("agent", 3, kHour + 1), Utc(2026, 2, 7, 1) + 1);
  EXPECT_EQ(timeline.Resolve("broker", 4, kHour), Utc(2026, 2, 8, 1));
}

TEST(TimelineTest, ReadsTheMachinesTimeZone) {
  Timeline timeline = Anchored(Utc(2026, 2, 7, 2), "Asia/Shanghai");
  EXPECT_EQ(timeline.Resolve("", 0, 10 * kHour), Utc(2026, 2, 7, 2));
}

TEST(TimelineTest, FollowsDaylightSaving) {
  // Berlin's clocks went from 02:00 to 03:00 on 2026-03-29.
  Timeline timeline = Anchored(Utc(2026, 3, 29, 0, 59), "Europe/Berlin");
  EXPECT_EQ(timeline.Resolve("", 0, kHour + 59 * 60 * kSecond), Utc(2026, 3, 29, 0, 59));
  EXPECT_EQ(timeline.Resolve("", 1, 3 * kHour), Utc(2026, 3, 29, 1));
}

TEST(TimelineTest, TheHourThatDaylightSavingRepeatsPassesTwice) {
  // Berlin's clocks went from 03:00 back to 02:00 on 2026-10-25.
  const Millis half_past_two = 2 * kHour + 30 * 60 * kSecond;
  Timeline timeline = Anchored(Utc(2026, 10, 25, 0, 30), "Europe/Berlin");
  EXPECT_EQ(timeline.Resolve("", 0, half_past_two), Utc(2026, 10, 25, 0, 30));
  EXPECT_EQ(timeline.Resolve("", 1, 3 * kHour - 1), Utc(2026, 10, 25, 1) - 1);
  EXPECT_EQ(timeline.Resolve("", 2, 2 * kHour), Utc(2026, 10, 25, 1));
  Timeline resumed({Anchor{0, Utc(2026, 10, 25, 0, 30), "Europe/Berlin"}}, timeline.clocks());
  EXPECT_EQ(resumed.Resolve("", 3, half_past_two), Utc(2026, 10, 25, 1, 30));
  EXPECT_EQ(resumed.Resolve("", 4, half_past_two - 5), Utc(2026, 10, 25, 1, 30) - 5);
  EXPECT_EQ(resumed.Resolve("", 5, 3 * kHour), Utc(2026, 10, 25, 2));
}

TEST(TimelineTest, AnAnchorTellsInWhichPassingItLies) {
  const Millis half_past_two = 2 * kHour + 30 * 60 * kSecond;
  EXPECT_EQ(Anchored(Utc(2026, 10, 25, 0, 30), "Europe/Berlin").Resolve("", 0, half_past_two),
            Utc(2026, 10, 25, 0, 30));
  EXPECT_EQ(Anchored(Utc(2026, 10, 25, 1, 30), "Europe/Berlin").Resolve("", 0, half_past_two),
            Utc(2026, 10, 25, 1, 30));
}

TEST(TimelineTest, AskingForTheLastInstantMovesNothing) {
  Timeline timeline = Anchored(Utc(2026, 2, 7, 2));
  EXPECT_EQ(timeline.Last("", 0), Utc(2026, 2, 7, 2));
  EXPECT_EQ(timeline.Resolve("", 1, 23 * kHour), Utc(2026, 2, 6, 23));
  EXPECT_EQ(timeline.Last("", 2), Utc(2026, 2, 6, 23));
}

TEST(TimelineTest, AnInstantInTheLogServesAsAnAnchor) {
  Timeline timeline({}, {});
  timeline.Observe("", 0, Utc(2026, 2, 7, 23, 59));
  EXPECT_EQ(timeline.Resolve("", 1, 30 * kSecond), Utc(2026, 2, 8) + 30 * kSecond);
}

TEST(TimelineTest, ALaterAnchorIsUsedFromItsOffsetOn) {
  Timeline timeline({Anchor{0, Utc(2026, 2, 7), "UTC"}, Anchor{100, Utc(2026, 5, 1), "UTC"}}, {});
  EXPECT_EQ(timeline.Resolve("", 99, kHour), Utc(2026, 2, 7, 1));
  EXPECT_EQ(timeline.Resolve("", 100, 2 * kHour), Utc(2026, 5, 1, 2));
}

TEST(TimelineTest, GoesOnFromASavedPosition) {
  const std::vector<Anchor> anchors = {Anchor{0, Utc(2026, 2, 7, 23), "Europe/Berlin"}};
  Timeline whole(anchors, {});
  Timeline first(anchors, {});
  whole.Resolve("", 0, kDay - 1);
  first.Resolve("", 0, kDay - 1);
  Timeline second(anchors, first.clocks());
  for (const Millis time_of_day : {Millis{5}, kHour, 20 * kHour, Millis{7}}) {
    EXPECT_EQ(second.Resolve("", 1, time_of_day), whole.Resolve("", 1, time_of_day));
  }
}

TEST(TimelineTest, KnowsIanaNamesOnly) {
  EXPECT_TRUE(LoadTimeZone("Europe/Berlin").ok());
  for (const char* name : {"", "Mars/Olympus", "../../etc/passwd"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(LoadTimeZone(name).status())) << name;
  }
}

// Abseil would open it.
TEST(LoadTimeZoneTest, APathIsNoTimeZone) {
  for (const char* name : {"/proc/self/fd/0", "../zoneinfo/UTC", ":UTC", "Europe/../UTC", ""}) {
    EXPECT_FALSE(LoadTimeZone(name).ok()) << name;
  }
  EXPECT_FALSE(LoadTimeZone(std::string("UTC\0abc", 7)).ok());
  const auto long_name = LoadTimeZone(std::string(1'000'000, 'x'));
  EXPECT_LT(long_name.status().message().size(), 500U);
  for (const char* name : {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+3"}) {
    EXPECT_TRUE(LoadTimeZone(name).ok()) << name;
  }
}

}  // namespace
}  // namespace proverlog
