#include "normalizer/message_pattern.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace proverlog {
namespace {

std::optional<SlotValues> Match(const MessagePattern& pattern, absl::string_view message) {
  SlotValues values;
  if (!pattern.Match(message, values)) return std::nullopt;
  return values;
}

TEST(MessagePatternTest, TakesItsSlots) {
  const MessagePattern pattern("Proving job complete id={job} type={any} totalAttempts={attempt}");
  const auto values = Match(pattern, "Proving job complete id=1:A:b type=A totalAttempts=3");
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)["job"], "1:A:b");
  EXPECT_EQ((*values)["any"], "");
  EXPECT_EQ((*values)["attempt"], "3");
  EXPECT_EQ((*values)["error"], "");
  EXPECT_EQ((*values)["old_job"], "");
}

TEST(MessagePatternTest, EverySlotHasItsName) {
  const MessagePattern pattern("{job} {old_job} {attempt} {retry} {settled} {any} {error...}");
  const auto values = Match(pattern, "a b c d e f g h");
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)["job"], "a");
  EXPECT_EQ((*values)["old_job"], "b");
  EXPECT_EQ((*values)["attempt"], "c");
  EXPECT_EQ((*values)["retry"], "d");
  EXPECT_EQ((*values)["settled"], "e");
  EXPECT_EQ((*values)["error"], "g h");
}

TEST(MessagePatternTest, TheValuesPointIntoTheMessage) {
  const std::string message = "Cancelling job id=1:A:b";
  const auto values = Match(MessagePattern("Cancelling job id={job}"), message);
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)["job"].data(), message.data() + 18);
}

TEST(MessagePatternTest, IgnoresWhatFollows) {
  const MessagePattern pattern("Cancelling job id={job}");
  EXPECT_EQ((*Match(pattern, "Cancelling job id=1:A:b reason=new"))["job"], "1:A:b");
  EXPECT_TRUE(Match(MessagePattern("Proving Broker started"), "Proving Broker started again"));
}

TEST(MessagePatternTest, WithAnEndNothingMayFollow) {
  const MessagePattern pattern("failed id={job} err=Aborted{end}");
  EXPECT_TRUE(Match(pattern, "failed id=1:A:b err=Aborted"));
  EXPECT_FALSE(Match(pattern, "failed id=1:A:b err=Aborted by user"));
  EXPECT_FALSE(Match(pattern, "failed id=1:A:b err=Abort"));
}

TEST(MessagePatternTest, ATokenEndsBeforeTheLiteralThatFollows) {
  const MessagePattern dot("epochNumber={epoch}. Not enqueuing");
  const auto epoch = Match(dot, "epochNumber=3054. Not enqueuing again");
  ASSERT_TRUE(epoch);
  EXPECT_EQ((*epoch)["epoch"], "3054");
  EXPECT_FALSE(Match(dot, "epochNumber=3054 Not enqueuing again"));
  EXPECT_FALSE(Match(dot, "epochNumber=3054"));

  const auto retry = Match(MessagePattern("(retry {attempt}/"), "(retry 1/3)");
  ASSERT_TRUE(retry);
  EXPECT_EQ((*retry)["attempt"], "1");

  const auto colon = Match(MessagePattern("retry={retry}:"), "retry=true: Error");
  ASSERT_TRUE(colon);
  EXPECT_EQ((*colon)["retry"], "true");
}

TEST(MessagePatternTest, ATokenEndsWhereTheWholeLiteralStands) {
  const MessagePattern error("Failed to save id={job}: {error...}");
  const auto values = Match(error, "Failed to save id=1:A:b: Error: disk full");
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)["job"], "1:A:b");
  EXPECT_EQ((*values)["error"], "Error: disk full");
  EXPECT_EQ((*Match(MessagePattern("in {ms}ms"), "in 12.5ms"))["ms"], "12.5");
  const auto range = Match(MessagePattern("{from}..{to})"), "53132..53135)");
  ASSERT_TRUE(range);
  EXPECT_EQ((*range)["from"], "53132");
  EXPECT_EQ((*range)["to"], "53135");
}

TEST(MessagePatternTest, ATokenEndsWithItsLine) {
  EXPECT_EQ((*Match(MessagePattern("id={job}"), "id=1:A:b\n    at x"))["job"], "1:A:b");
}

TEST(MessagePatternTest, ATokenHasNoSpace) {
  EXPECT_FALSE(Match(MessagePattern("id={job}."), "id=1:A:b and a dot."));
  EXPECT_FALSE(Match(MessagePattern("id={job} type="), "id=1:A:b and type="));
}

TEST(MessagePatternTest, AnErrorIsTextUpToWhatFollows) {
  const MessagePattern pattern("Job id={job} failed err={error...} retry={retry}:");
  const auto values = Match(pattern, "Job id=1:A:b failed err=Error: out of memory retry=true: at");
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)["error"], "Error: out of memory");
  EXPECT_EQ((*values)["retry"], "true");
  EXPECT_FALSE(Match(pattern, "Job id=1:A:b failed err=Error: out of memory"));
}

TEST(MessagePatternTest, AnErrorAtTheEndIsAllThatIsLeft) {
  const MessagePattern pattern("id={job} err={error...}");
  EXPECT_EQ((*Match(pattern, "id=1:A:b err=out of memory\nat x"))["error"], "out of memory\nat x");
  EXPECT_EQ((*Match(pattern, "id=1:A:b err="))["error"], "");
}

TEST(MessagePatternTest, MatchesOnlyFromTheBeginning) {
  const MessagePattern pattern("Cancelling job id={job}");
  for (const std::string message :
       {"", "Cancelling", "Cancelling job", "Cancelling job id", "cancelling job id=1:A:b",
        " Cancelling job id=1:A:b", "Not Cancelling job id=1:A:b", "Cancelling jobs id=1:A:b"}) {
    EXPECT_FALSE(Match(pattern, message)) << message;
  }
}

TEST(MessagePatternTest, ThePrefixIsTheTextBeforeTheFirstSlot) {
  EXPECT_EQ(MessagePattern("Cancelling job id={job} x").prefix(), "Cancelling job id=");
  EXPECT_EQ(MessagePattern("Proving Broker started").prefix(), "Proving Broker started");
  EXPECT_EQ(MessagePattern("err=Aborted{end}").prefix(), "err=Aborted");
  EXPECT_EQ(MessagePattern("{job} x").prefix(), "");
}

TEST(MessagePatternDeathTest, AMalformedPatternAborts) {
  EXPECT_DEATH(MessagePattern("id={job"), "\"id=\\{job\" is malformed");
}

}  // namespace
}  // namespace proverlog
