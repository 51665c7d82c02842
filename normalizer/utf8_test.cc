#include "normalizer/utf8.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

constexpr size_t kNoLimit = 1000;

// U+FFFD as often as said.
std::string Replaced(size_t times) {
  std::string text;
  for (size_t i = 0; i < times; ++i) absl::StrAppend(&text, "\xEF\xBF\xBD");
  return text;
}

TEST(Utf8Test, KeepsValidText) {
  for (const absl::string_view text :
       {"", "plain ascii \t\n\x7F", "\x01", "\u0080 \u07FF", "\u0800 \uFFFF", "\uD7FF \uE000",
        "\U00010000 \U0010FFFF", "Grüße, 証明 🚀", "\uFFFD"}) {
    EXPECT_EQ(CleanUtf8(text, kNoLimit), std::string(text));
  }
}

TEST(Utf8Test, ReplacesEachOffendingByte) {
  const struct {
    absl::string_view text;
    size_t offending;
  } kCases[] = {
      {absl::string_view("\0", 1), 1},
      {"\x80", 1},                  // a continuation without a beginning
      {"\xBF\x80", 2},              //
      {"\xC0\x80", 2},              // overlong NUL
      {"\xC1\xBF", 2},              // overlong
      {"\xE0\x9F\xBF", 3},          // overlong
      {"\xF0\x8F\xBF\xBF", 4},      // overlong
      {"\xED\xA0\x80", 3},          // U+D800
      {"\xED\xBF\xBF", 3},          // U+DFFF
      {"\xF4\x90\x80\x80", 4},      // U+110000
      {"\xF5\x80\x80\x80", 4},      //
      {"\xF8\x88\x80\x80\x80", 5},  // five bytes
      {"\xFE", 1},
      {"\xFF", 1},
      {"\xC3", 1},          // truncated
      {"\xE2\x82", 2},      //
      {"\xF0\x9F\x9A", 3},  //
  };
  for (const auto& test : kCases) {
    const std::string shown = absl::CHexEscape(test.text);
    EXPECT_EQ(CleanUtf8(test.text, kNoLimit), Replaced(test.offending)) << shown;
    EXPECT_EQ(CleanUtf8(absl::StrCat("a", test.text, "é"), kNoLimit),
              absl::StrCat("a", Replaced(test.offending), "é"))
        << shown;
  }
}

TEST(Utf8Test, GoesOnRightAfterABrokenCharacter) {
  EXPECT_EQ(CleanUtf8("\xC3"
                      "A",
                      kNoLimit),
            absl::StrCat(Replaced(1), "A"));
  EXPECT_EQ(CleanUtf8("\xE2\x82\xC3\xA9", kNoLimit), absl::StrCat(Replaced(2), "é"));
  EXPECT_EQ(CleanUtf8("\xF0\x9F\x9A\xF0\x9F\x9A\x80", kNoLimit),
            absl::StrCat(Replaced(3), "\U0001F680"));
}

TEST(Utf8Test, CutsBetweenCharacters) {
  const std::string text = "aé証🚀";  // 1, 2, 3 and 4 bytes
  const std::string kCuts[] = {"",     "a",    "a",    "aé",   "aé",    "aé",
                               "aé証", "aé証", "aé証", "aé証", "aé証🚀", "aé証🚀"};
  for (size_t max = 0; max < std::size(kCuts); ++max) {
    EXPECT_EQ(CleanUtf8(text, max), kCuts[max]) << max;
  }
}

TEST(Utf8Test, AReplacementCountsWithItsThreeBytes) {
  EXPECT_EQ(CleanUtf8("a\xFF", 3), "a");
  EXPECT_EQ(CleanUtf8("a\xFF", 4), absl::StrCat("a", Replaced(1)));
  EXPECT_EQ(CleanUtf8("\xFF", 2), "");
}

TEST(Utf8Test, WhatComesAfterTheLimitIsLeftOutAlsoWhereItIsShorter) {
  EXPECT_EQ(CleanUtf8("証a", 2), "");
}

}  // namespace
}  // namespace proverlog
