#include "server/config/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

// The lines as "NUMBER KEY VALUE", or "NUMBER: FAULT".
std::vector<std::string> Read(absl::string_view text) {
  std::vector<std::string> lines;
  for (const ConfigLine& line : ParseConfigFile(text)) {
    lines.push_back(line.fault.empty() ? absl::StrCat(line.number, " ", line.key, " ", line.value)
                                       : absl::StrCat(line.number, ": ", line.fault));
  }
  return lines;
}

std::string FaultOf(absl::string_view text) {
  const std::vector<std::string> lines = Read(text);
  EXPECT_EQ(lines.size(), 1U) << text;
  return lines.front();
}

TEST(ConfigFileTest, ReadsKeysAndValues) {
  EXPECT_THAT(Read("# all of it\n"
                   "\n"
                   "listen = \"0.0.0.0:7460\"  # everywhere\n"
                   "  max-streams=20\r\n"
                   "\treflection = true# yes\n"
                   "keep-logs-strictly = false"),
              ElementsAre("3 listen 0.0.0.0:7460", "4 max-streams 20", "5 reflection true",
                          "6 keep-logs-strictly false"));
  EXPECT_THAT(Read(""), IsEmpty());
}

TEST(ConfigFileTest, ReadsBothKindsOfQuotes) {
  EXPECT_THAT(Read("a = \"x # \\\"y\\\" \\\\ \\tz\"\n"
                   "b = 'x # \"y\" \\'\n"
                   "c = ''"),
              ElementsAre("1 a x # \"y\" \\ \tz", "2 b x # \"y\" \\", "3 c "));
}

TEST(ConfigFileTest, SaysWhatIsWrongWithALine) {
  EXPECT_THAT(FaultOf("\n= 1"), StartsWith("2: there is no key; "));
  EXPECT_THAT(FaultOf("[server]"), StartsWith("1: there is no key; a line is `key = value`"));
  EXPECT_THAT(FaultOf("a 1"), StartsWith("1: there is no = behind the key; "));
  EXPECT_THAT(FaultOf("a.b = 1"), StartsWith("1: there is no = behind the key; "));
  EXPECT_THAT(FaultOf("a = 30d"), StartsWith("1: the value is no number, and has no quotes; "));
  EXPECT_THAT(FaultOf("a ="), StartsWith("1: the value is no number, and has no quotes; "));
  EXPECT_THAT(FaultOf("a = \"x"), StartsWith("1: the closing \" is missing; "));
  EXPECT_THAT(FaultOf("a = 'x"), StartsWith("1: the closing ' is missing; "));
  EXPECT_THAT(FaultOf("a = \"x\\n\""), StartsWith("1: a backslash is written \\\\ within"));
  EXPECT_THAT(FaultOf("a = \"x\\"), StartsWith("1: a backslash is written \\\\ within"));
  EXPECT_THAT(FaultOf("a = 1 2"), StartsWith("1: there is something behind the value; "));
  EXPECT_THAT(FaultOf("a = \"\"\"x\"\"\""), StartsWith("1: there is something behind the value; "));
}

TEST(ConfigFileTest, SaysAllThatIsWrong) {
  EXPECT_THAT(Read("a = 1\nb\nc = 2\na = 3\n"),
              ElementsAre("1 a 1", StartsWith("2: there is no = "), "3 c 2",
                          "4: a is set in line 1 already"));
}

TEST(ConfigFileTest, NoValueIsInAFault) {
  EXPECT_THAT(FaultOf("database-url = postgresql://u:secret@h/db"),
              testing::Not(testing::HasSubstr("secret")));
}

}  // namespace
}  // namespace proverlog
