#include "normalizer/ansi.h"

#include <gtest/gtest.h>

#include <string>

namespace proverlog {
namespace {

std::string Stripped(absl::string_view text) {
  std::string buffer;
  return std::string(StripColours(text, buffer));
}

TEST(AnsiTest, RemovesPinosColours) {
  EXPECT_EQ(Stripped("[03:04:31.583] \x1b[32mINFO\x1b[39m: \x1b[36m\x1b[1mprover-client\x1b[22m "
                     "\x1b[0mStarted\x1b[0m\x1b[39m"),
            "[03:04:31.583] INFO: prover-client Started");
  EXPECT_EQ(Stripped("\x1b[1;31;42mred\x1b[0m"), "red");
}

TEST(AnsiTest, RemovesCodesThatLostTheirEscapeFromALineThatHasOthers) {
  EXPECT_EQ(Stripped("\x1b[32mINFO\x1b[39m: [1mprover-client[22m [0mStarted[0m"),
            "INFO: prover-client Started");
}

TEST(AnsiTest, LeavesTextWithoutColoursWhereItIs) {
  for (const absl::string_view text :
       {"", "plain", "[1mkeep[22m", "[03:00:46.633] INFO: m n", "a [0m b"}) {
    std::string buffer = "untouched";
    const absl::string_view stripped = StripColours(text, buffer);
    EXPECT_EQ(stripped.data(), text.data());
    EXPECT_EQ(stripped, text);
    EXPECT_EQ(buffer, "untouched");
  }
}

TEST(AnsiTest, KeepsBracketsThatAreNoColour) {
  const std::string kColour = "\x1b[0m";
  for (const std::string text :
       {"[03:00:46.633] x", "[abc]", "[12", "[12;", "[1x", "[m", "[", "x[1 m", "[1234567890123456m",
        "[-1m", "\x1b", "\x1b[", "\x1b[2K", "\x1b]0;title\x07"}) {
    EXPECT_EQ(Stripped(kColour + text), text);
    EXPECT_EQ(Stripped(text + kColour), text);
  }
}

TEST(AnsiTest, TheResultIsInTheBufferAndReplacesTheOneBefore) {
  std::string buffer;
  StripColours("\x1b[1ma long text that was here before\x1b[0m", buffer);
  const absl::string_view stripped = StripColours("\x1b[1mb\x1b[0m", buffer);
  EXPECT_EQ(stripped, "b");
  EXPECT_EQ(stripped.data(), buffer.data());
}

}  // namespace
}  // namespace proverlog
