#include "normalizer/message_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace proverlog {
namespace {

TEST(MessagePatternTest, TakesItsSlots) {
  const MessagePattern pattern("Proving job complete id={job} type={any} totalAttempts={attempt}");
  const auto values = pattern.Match("Proving job complete id=1:A:b type=A totalAttempts=3");
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)["job"], "1:A:b");
  EXPECT_EQ((*values)["any"], "");
  EXPECT_EQ((*values)["attempt"], "3");
  EXPECT_EQ((*values)["error"], "");
  EXPECT_EQ((*values)["old_job"], "");
}

TEST(MessagePatternTest, EverySlotHasItsName) {
  const MessagePattern pattern("{job} {old_job} {attempt} {retry} {settled} {any} {error...}");
  const auto values = pattern.Match("a b c d e f g h");
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
  const auto values = MessagePattern("Cancelling job id={job}").Match(message);
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)["job"].data(), message.data() + 18);
}

TEST(MessagePatternTest, IgnoresWhatFollows) {
  const MessagePattern pattern("Cancelling job id={job}");
  EXPECT_EQ((*pattern.Match("Cancelling job id=1:A:b reason=new"))["job"], "1:A:b");
  EXPECT_TRUE(MessagePattern("Proving Broker started").Match("Proving Broker started again"));
}

TEST(MessagePatternTest, WithAnEndNothingMayFollow) {
  const MessagePattern pattern("failed id={job} err=Aborted{end}");
  EXPECT_TRUE(pattern.Match("failed id=1:A:b err=Aborted"));
  EXPECT_FALSE(pattern.Match("failed id=1:A:b err=Aborted by user"));
  EXPECT_FALSE(pattern.Match("failed id=1:A:b err=Abort"));
}

TEST(MessagePatternTest, ATokenEndsBeforeTheLiteralThatFollows) {
  const MessagePattern dot("epochNumber={epoch}. Not enqueuing");
  const auto epoch = dot.Match("epochNumber=3054. Not enqueuing again");
  ASSERT_TRUE(epoch);
  EXPECT_EQ((*epoch)["epoch"], "3054");
  EXPECT_FALSE(dot.Match("epochNumber=3054 Not enqueuing again"));
  EXPECT_FALSE(dot.Match("epochNumber=3054"));

  const auto retry = MessagePattern("(retry {attempt}/").Match("(retry 1/3)");
  ASSERT_TRUE(retry);
  EXPECT_EQ((*retry)["attempt"], "1");

  const auto colon = MessagePattern("retry={retry}:").Match("retry=true: Error");
  ASSERT_TRUE(colon);
  EXPECT_EQ((*colon)["retry"], "true");
}

TEST(MessagePatternTest, ATokenEndsWhereTheWholeLiteralStands) {
  const MessagePattern error("Failed to save id={job}: {error...}");
  const auto values = error.Match("Failed to save id=1:A:b: Error: disk full");
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)["job"], "1:A:b");
  EXPECT_EQ((*values)["error"], "Error: disk full");
  EXPECT_EQ((*MessagePattern("in {ms}ms").Match("in 12.5ms"))["ms"], "12.5");
  const auto range = MessagePattern("{from}..{to})").Match("53132..53135)");
  ASSERT_TRUE(range);
  EXPECT_EQ((*range)["from"], "53132");
  EXPECT_EQ((*range)["to"], "53135");
}

TEST(MessagePatternTest, ATokenEndsWithItsLine) {
  EXPECT_EQ((*MessagePattern("id={job}").Match("id=1:A:b\n    at x"))["job"], "1:A:b");
}

TEST(MessagePatternTest, ATokenHasNoSpace) {
  EXPECT_FALSE(MessagePattern("id={job}.").Match("id=1:A:b and a dot."));
  EXPECT_FALSE(MessagePattern("id={job} type=").Match("id=1:A:b and type="));
}

TEST(MessagePatternTest, AnErrorIsTextUpToWhatFollows) {
  const MessagePattern pattern("Job id={job} failed err={error...} retry={retry}:");
  const auto values = pattern.Match("Job id=1:A:b failed err=Error: out of memory retry=true: at");
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)["error"], "Error: out of memory");
  EXPECT_EQ((*values)["retry"], "true");
  EXPECT_FALSE(pattern.Match("Job id=1:A:b failed err=Error: out of memory"));
}

TEST(MessagePatternTest, AnErrorAtTheEndIsAllThatIsLeft) {
  const MessagePattern pattern("id={job} err={error...}");
  EXPECT_EQ((*pattern.Match("id=1:A:b err=out of memory\nat x"))["error"], "out of memory\nat x");
  EXPECT_EQ((*pattern.Match("id=1:A:b err="))["error"], "");
}

TEST(MessagePatternTest, MatchesOnlyFromTheBeginning) {
  const MessagePattern pattern("Cancelling job id={job}");
  for (const std::string message :
       {"", "Cancelling", "Cancelling job", "Cancelling job id", "cancelling job id=1:A:b",
        " Cancelling job id=1:A:b", "Not Cancelling job id=1:A:b", "Cancelling jobs id=1:A:b"}) {
    EXPECT_FALSE(pattern.Match(message)) << message;
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
