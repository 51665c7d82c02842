#include "normalizer/wrapper.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/time.h"

namespace proverlog {
namespace {

TEST(ConsumeInstantTest, ReadsWhatItsSlowerSiblingReads) {
  for (const std::string text :
       {"2026-02-07T11:32:21Z", "2026-02-07T11:32:21.229Z", "2026-02-07T11:32:21.229123456Z",
        "2026-02-07T11:32:21.2Z", "2026-02-07T11:32:21.9999Z", "2024-02-29T23:59:59.999Z",
        "2026-12-31T00:00:00.000Z", "1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z",
        "2026-02-07T11:32:21+00:00", "2026-02-07T11:32:21.229-03:30"}) {
    absl::Time expected;
    std::string error;
    ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &expected, &error)) << text << error;
    for (const std::string rest : {"", " stderr F text"}) {
      const std::string line = text + rest;
      absl::string_view view = line;
      EXPECT_EQ(ConsumeInstant(view), absl::ToUnixMillis(expected)) << text;
      EXPECT_EQ(view, rest);
    }
  }
}

TEST(ConsumeInstantTest, LeavesWhatIsNoInstant) {
  for (const std::string text :
       {"2026-02-30T11:32:21.229Z", "2023-02-29T11:32:21Z", "2026-13-07T11:32:21Z",
        "2026-02-07T24:32:21.229Z", "2026-02-07T11:60:21Z", "2026-00-07T11:32:21Z",
        "2026-02-07T11:32:21.2x9Z", "2026-02-07T11:32:21:229Z", "2026-02-07T11:32x21Z",
        "2026-02-07T11:32:21.229Zx", "1969-12-31T23:59:59.999Z", "2026-02-07T11:32:21.229"}) {
    absl::string_view view = text;
    EXPECT_EQ(ConsumeInstant(view), std::nullopt) << text;
    EXPECT_EQ(view, text);
  }
}

}  // namespace
}  // namespace proverlog
