#include "normalizer/pretty.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

constexpr size_t kNone = absl::string_view::npos;

TEST(PrettyTest, ReadsALineOfAztec) {
  const std::string line =
      R"([03:00:46.640] INFO: prover-client:proving-broker New proving job id=1:A:b {"id":"1:A:b"})";
  const auto record = ReadPretty(line);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->time_of_day, ((3 * 60 + 0) * 60 + 46) * 1000 + 640);
  EXPECT_FALSE(record->at);
  EXPECT_EQ(record->level, "INFO");
  EXPECT_EQ(record->module, "prover-client:proving-broker");
  EXPECT_EQ(record->message, "New proving job id=1:A:b");
  EXPECT_EQ(record->data, R"({"id":"1:A:b"})");
  EXPECT_EQ(record->process, "");
}

TEST(PrettyTest, TheViewsPointIntoTheLine) {
  const std::string line = R"([03:00:46.640] INFO: m Text {"a":1})";
  const auto record = ReadPretty(line);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->level.data(), line.data() + 15);
  EXPECT_EQ(record->module.data(), line.data() + 21);
  EXPECT_EQ(record->message.data(), line.data() + 23);
  EXPECT_EQ(record->data.data(), line.data() + 28);
}

TEST(PrettyTest, ReadsTheWholeDay) {
  const struct {
    std::string time;
    Millis time_of_day;
  } kTimes[] = {{"00:00:00.000", 0},         {"00:00:00.001", 1},
                {"00:00:01.000", 1000},      {"00:01:00.000", 60'000},
                {"01:00:00.000", 3'600'000}, {"12:34:56.789", 45'296'789},
                {"23:59:59.999", 86'399'999}};
  for (const auto& test : kTimes) {
    const auto record = ReadPretty(absl::StrCat("[", test.time, "] INFO: m Text"));
    ASSERT_TRUE(record) << test.time;
    EXPECT_EQ(record->time_of_day, test.time_of_day) << test.time;
  }
}

TEST(PrettyTest, RefusesTimesThatDoNotExist) {
  for (const std::string time :
       {"24:00:00.000", "23:60:00.000", "23:59:60.000", "99:99:99.999", "-1:00:00.000",
        "0a:00:00.000", "00:00:00.0a0", " 1:00:00.000", "+1:00:00.000", "1:00:00.000",
        "00:00:00,000", "00:00:00.00", "00:00:00.0000", "00-00-00.000", "00:00:00"}) {
    EXPECT_FALSE(ReadPretty(absl::StrCat("[", time, "] INFO: m Text"))) << time;
  }
}

TEST(PrettyTest, RefusesWhatIsNoHeader) {
  for (const std::string line :
       {"", " ", "text", "[", "[03:00:46.640", "[03:00:46.640]", "[03:00:46.640] ",
        "[03:00:46.640]INFO: m Text", "[03:00:46.640] m Text", "[03:00:46.640] info: m Text",
        "[03:00:46.640] INFO m Text", "[03:00:46.640] INFO:m Text",
        "[03:00:46.640] INFO:", "[03:00:46.640] : m Text", "[03:00:46.640]  INFO: m Text",
        " [03:00:46.640] INFO: m Text", "03:00:46.640 INFO: m Text", "(03:00:46.640) INFO: m Text",
        "    at Proxy.run (file:///usr/src/x.js:1:2)"}) {
    EXPECT_FALSE(ReadPretty(line)) << line;
  }
}

TEST(PrettyTest, EveryLevelIsUpperCaseLetters) {
  for (const absl::string_view level : {"TRACE", "DEBUG", "VERBOSE", "INFO", "WARN", "FATAL"}) {
    const std::string line = absl::StrCat("[00:00:00.000] ", level, ": m Text");
    const auto record = ReadPretty(line);
    ASSERT_TRUE(record) << line;
    EXPECT_EQ(record->level, level);
  }
}

TEST(PrettyTest, AModuleMayBeAbsent) {
  const struct {
    absl::string_view text;
    absl::string_view module;
    absl::string_view message;
  } kTexts[] = {
      {"node:p2p_client/v1.2-x Text", "node:p2p_client/v1.2-x", "Text"},
      {"Text of its own", "", "Text of its own"},
      {"Text", "", "Text"},
      {"'quoted' text", "", "'quoted' text"},
      {"module=x Text", "", "module=x Text"},
      {"module", "module", ""},
      {"module  Text", "module", " Text"},
      {"", "", ""},
  };
  for (const auto& test : kTexts) {
    const std::string line = absl::StrCat("[00:00:00.000] INFO: ", test.text);
    const auto record = ReadPretty(line);
    ASSERT_TRUE(record) << line;
    EXPECT_EQ(record->module, test.module) << line;
    EXPECT_EQ(record->message, test.message) << line;
    EXPECT_EQ(record->data, "") << line;
  }
}

TEST(PrettyTest, AMessageKeepsBracesThatAreNoData) {
  const std::string line = R"([00:00:00.000] INFO: m Options {"a":1} are set)";
  const auto record = ReadPretty(line);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->message, R"(Options {"a":1} are set)");
  EXPECT_EQ(record->data, "");
}

TEST(FindTrailingJsonTest, FindsTheObjectThatEndsTheText) {
  const struct {
    absl::string_view text;
    absl::string_view object;
  } kTexts[] = {
      {R"(text {"a":1})", R"({"a":1})"},
      {R"(text {"a":{"b":[1,{"c":2}]}})", R"({"a":{"b":[1,{"c":2}]}})"},
      {R"(text {"a": {"b": {"c": 1}}})", R"({"a": {"b": {"c": 1}}})"},
      {R"(text {"a":"}"})", R"({"a":"}"})"},
      {R"(text {"a":"{{["})", R"({"a":"{{["})"},
      {R"(text {"a":"say \"}\" {"})", R"({"a":"say \"}\" {"})"},
      {R"(text {"a":"back\\"})", R"({"a":"back\\"})"},
      {R"(text {"a":"x {\"b\":1}"})", R"({"a":"x {\"b\":1}"})"},
      {R"(text {"a":1} {"b":2})", R"({"b":2})"},
      {R"(text {"a":1} and {"b":2})", R"({"b":2})"},
      {R"(text { "a" } {"b":2})", R"({"b":2})"},
      {R"(text } ] {"b":2})", R"({"b":2})"},
      {R"(text with "quote {"b":2})", R"({"b":2})"},
      {R"(text {"open {"b":2})", R"({"b":2})"},
  };
  for (const auto& test : kTexts) {
    const size_t at = FindTrailingJson(test.text);
    ASSERT_NE(at, kNone) << test.text;
    EXPECT_EQ(test.text.substr(at), test.object) << test.text;
  }
}

TEST(FindTrailingJsonTest, FindsNoneWhereNoneEndsTheText) {
  for (const absl::string_view text :
       {"", "}", "text", "text}", "text {a}", R"(text{"a":1})", R"(text {"a":1} more)",
        R"(text {"a":1)", R"(text {"a":"})", R"(text {"a":{"b":1})", R"(text {"a":1}})",
        R"(text {"a":"\"})"}) {
    EXPECT_EQ(FindTrailingJson(text), kNone) << text;
  }
}

TEST(FindTrailingJsonTest, ALineOfBracesTakesNoQuadraticTime) {
  constexpr int kBraces = 1'000'000;
  std::string text = "text";
  for (int i = 0; i < kBraces; ++i) absl::StrAppend(&text, " {\"");
  EXPECT_EQ(FindTrailingJson(text + "}"), kNone);
  EXPECT_EQ(FindTrailingJson(std::string(kBraces, '{') + "}"), kNone);
  EXPECT_EQ(FindTrailingJson(" {\"a\":" + std::string(kBraces, '[') + "}"), kNone);
}

}  // namespace
}  // namespace proverlog
