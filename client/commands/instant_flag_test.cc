#include "client/commands/instant_flag.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"

namespace proverlog {
namespace {

TEST(ParseInstantTest, ReadsWhatAnswersPrintAndRfc3339) {
  constexpr UnixMillis kThree = 1795230000000;  // 2026-11-21T03:00:00Z
  EXPECT_EQ(*ParseInstant("--from", "2026-11-21 03:00:00.000"), kThree);
  EXPECT_EQ(*ParseInstant("--from", "2026-11-21 03:00"), kThree);
  EXPECT_EQ(*ParseInstant("--from", "2026-11-21"), kThree - 3 * 3'600'000);
  EXPECT_EQ(*ParseInstant("--from", "2026-11-21T03:00:00Z"), kThree);
  EXPECT_EQ(*ParseInstant("--from", "2026-11-21T04:00:00.5+01:00"), kThree + 500);
  EXPECT_EQ(*ParseInstant("--from", "2026-11-21T03:00"), kThree);
}

TEST(ParseInstantTest, AnythingElseIsRefusedByTheFlag) {
  for (const char* text :
       {"", "03:00", "yesterday", "2026-13-01", "infinite-future", "1795230000"}) {
    const absl::Status status = ParseInstant("--from", text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
    EXPECT_TRUE(absl::StartsWith(status.message(), "--from:")) << status;
  }
}

TEST(LengthFlagTest, LengthsOfTime) {
  EXPECT_EQ(*ParseLength("--for", "1m30s"), absl::Seconds(90));
  for (const char* text : {"", "2", "-1s", "inf", "soon"}) {
    EXPECT_EQ(
        ParseLength("--for", text).status().message(),
        std::string("--for: \"") + text + "\" is not a length of time such as 500ms, 10s or 1m30s");
  }
}

}  // namespace
}  // namespace proverlog
