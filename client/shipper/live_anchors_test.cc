#include "client/shipper/live_anchors.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "model/time.h"

namespace proverlog {
namespace {

constexpr UnixMillis kNow = 1'795'230'000'000;  // 2026-11-21 03:00 UTC

std::vector<Anchor> AnchorsOf(const std::string& log, UnixMillis modified_at) {
  DatingOptions options;
  options.now = kNow;
  const auto read = [&](int64_t offset, size_t max) -> absl::StatusOr<std::string> {
    return log.substr(static_cast<size_t>(offset), max);
  };
  return LiveAnchors(read, static_cast<int64_t>(log.size()), modified_at, options);
}

TEST(LiveAnchorsTest, WhatComesIsDatedByTheClock) {
  const std::vector<Anchor> expected = {{8, kNow, "UTC"}};
  EXPECT_EQ(AnchorsOf("no time\n", kNow), expected);
}

TEST(LiveAnchorsTest, WhatIsThereIsDatedAsImportDatesIt) {
  const auto anchors = AnchorsOf("[02:00:00.000] INFO: a b\n", kNow - 72 * kHour);
  ASSERT_EQ(anchors.size(), 2U);
  EXPECT_EQ(anchors[0], (Anchor{0, kNow - 73 * kHour, "UTC"}));
  EXPECT_EQ(anchors[1], (Anchor{25, kNow, "UTC"}));
}

TEST(LiveAnchorsTest, WhatNothingDatesStaysUndated) {
  const auto anchors = AnchorsOf("[06:40:00.000] INFO: a b\n", /*modified_at=*/0);
  ASSERT_EQ(anchors.size(), 1U);
  EXPECT_EQ(anchors[0].offset, 25);
}

TEST(SystemTimeZoneTest, IsAnIanaName) {
  setenv("TZ", ":/usr/share/zoneinfo/Europe/Berlin", 1);
  EXPECT_EQ(SystemTimeZone(), "Europe/Berlin");
  setenv("TZ", "Asia/Shanghai", 1);
  EXPECT_EQ(SystemTimeZone(), "Asia/Shanghai");
  setenv("TZ", "MEZ-1", 1);
  EXPECT_EQ(SystemTimeZone(), "UTC");
  unsetenv("TZ");
}

}  // namespace
}  // namespace proverlog
