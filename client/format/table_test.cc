#include "client/format/table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace proverlog {
namespace {

using Align = Table::Align;

// A table with a column of text and one of numbers, as wide as said.
Table TwoColumns(size_t first, size_t second) {
  Table table({{"A", Align::kLeft}, {"B"}});
  table.AddRow({std::string(first, 'a'), std::string(second, 'b')});
  return table;
}

std::vector<std::string> LinesOf(const Table& table) {
  std::vector<std::string> lines = absl::StrSplit(table.ToString(), '\n');
  EXPECT_EQ(lines.back(), "") << "the last line has no newline";
  lines.pop_back();
  return lines;
}

TEST(TableTest, AlignsItsColumns) {
  Table table({{"TYPE", Align::kLeft}, {"JOBS"}, {"WHERE", Align::kLeft}, {"P50"}});
  table.AddRow({"A", "1", "here", "341 ms"});
  table.AddRow({"LONGER", "1,024", "x", "1 s"});
  EXPECT_EQ(table.ToString(),
            "TYPE     JOBS  WHERE     P50\n"
            "A           1  here   341 ms\n"
            "LONGER  1,024  x         1 s\n");
}

TEST(TableTest, ALineHasNoSpacesAtItsEnd) {
  Table table({{"A", Align::kLeft}, {"LAST", Align::kLeft}});
  table.AddRow({"a", "b"});
  table.AddRow({"a", ""});
  EXPECT_EQ(table.ToString(), "A  LAST\na  b\na\n");
}

TEST(TableTest, WithoutRowsItHasItsTitles) {
  Table table({{"A", Align::kLeft}, {"B"}});
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.ToString(), "A  B\n");
  table.AddRow({"a", "b"});
  EXPECT_FALSE(table.empty());
}

TEST(TableTest, ALineOfAHundredColumnsIsNotTouched) {
  const std::vector<std::string> lines = LinesOf(TwoColumns(50, 48));
  EXPECT_EQ(lines[1], std::string(50, 'a') + "  " + std::string(48, 'b'));
}

TEST(TableTest, InALongerLineTheColumnOfTextIsShortened) {
  const struct {
    size_t first;
    size_t second;
    size_t shortened;
  } kCases[] = {{51, 48, 50}, {500, 48, 50}, {90, 86, 12}, {13, 86, 12}};
  for (const auto& test : kCases) {
    const std::vector<std::string> lines = LinesOf(TwoColumns(test.first, test.second));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[1], absl::StrCat(std::string(test.shortened - 1, 'a'), "…  ",
                                     std::string(test.second, 'b')));
    EXPECT_EQ(DisplayWidth(lines[0]), kMaxLineWidth);
    EXPECT_EQ(DisplayWidth(lines[1]), kMaxLineWidth);
  }
}

TEST(TableTest, OnlyTheCellsThatAreTooLongAreShortened) {
  Table table({{"A", Align::kLeft}, {"B"}});
  table.AddRow({std::string(60, 'a'), std::string(60, 'b')});
  table.AddRow({"short", "b"});
  const std::vector<std::string> lines = LinesOf(table);
  EXPECT_EQ(lines[2], absl::StrCat("short", std::string(33, ' '), "  ", std::string(59, ' '), "b"));
}

TEST(TableTest, TheWidestColumnsOfTextAreShortened) {
  Table table({{"A", Align::kLeft}, {"B", Align::kLeft}, {"N"}, {"C", Align::kLeft}});
  table.AddRow({std::string(30, 'a'), std::string(80, 'b'), "123", std::string(70, 'c')});
  // 91 are left for the text: the widest give until all have the same, or fit.
  EXPECT_EQ(LinesOf(table)[1], absl::StrCat(std::string(30, 'a'), "  ", std::string(29, 'b'),
                                            "…  123  ", std::string(30, 'c'), "…"));
}

TEST(TableTest, NumbersAreNeverShortened) {
  Table table({{"A"}, {"B", Align::kLeft}});
  table.AddRow({std::string(80, '1'), std::string(30, 'b')});
  EXPECT_EQ(LinesOf(table)[1], absl::StrCat(std::string(80, '1'), "  ", std::string(17, 'b'), "…"));
}

TEST(TableTest, TextIsNotShortenedToNothing) {
  EXPECT_EQ(LinesOf(TwoColumns(90, 95))[1],
            absl::StrCat(std::string(9, 'a'), "…  ", std::string(95, 'b')));
  // A column that has less keeps what it has.
  EXPECT_EQ(LinesOf(TwoColumns(5, 95))[1], absl::StrCat("aaaaa  ", std::string(95, 'b')));
}

TEST(TableTest, CountsCharactersAndNotBytes) {
  Table table({{"A", Align::kLeft}, {"B"}});
  table.AddRow({"Grüße", "é"});
  table.AddRow({"plain", "e"});
  EXPECT_EQ(table.ToString(), "A      B\nGrüße  é\nplain  e\n");

  Table wide({{"A", Align::kLeft}});
  std::string name;
  for (size_t i = 0; i < kMaxLineWidth; ++i) absl::StrAppend(&name, "é");
  wide.AddRow({name});
  EXPECT_EQ(LinesOf(wide)[1], name);
}

TEST(TableTest, ControlCharactersChangeNoTerminal) {
  Table table({{"A", Align::kLeft}, {"B", Align::kLeft}});
  table.AddRow({"a\x1b[31m\n", "\tb\r\x7F"});
  EXPECT_EQ(table.ToString(), "A        B\na?[31m?  ?b??\n");
}

TEST(DisplayWidthTest, IsOneForEachCharacter) {
  EXPECT_EQ(DisplayWidth(""), 0U);
  EXPECT_EQ(DisplayWidth("abc"), 3U);
  EXPECT_EQ(DisplayWidth("aé…🚀"), 4U);
}

TEST(ShortenTest, MarksWhatIsMissing) {
  const struct {
    absl::string_view text;
    size_t width;
    absl::string_view expected;
  } kCases[] = {
      {"", 0, ""},        {"", 5, ""},        {"abc", 3, "abc"},    {"abc", 4, "abc"},
      {"abc", 2, "a…"},   {"abc", 1, "…"},    {"abcdef", 3, "ab…"}, {"éééé", 4, "éééé"},
      {"éééé", 3, "éé…"}, {"a🚀bc", 3, "a🚀…"}, {"a🚀bc", 2, "a…"},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(Shorten(test.text, test.width), std::string(test.expected))
        << test.text << " " << test.width;
    EXPECT_LE(DisplayWidth(Shorten(test.text, test.width)), test.width);
  }
}

TEST(WrapListTest, IsOneLineWhereItFits) {
  EXPECT_EQ(WrapList("jobs: ", {"a"}), "jobs: a\n");
  EXPECT_EQ(WrapList("jobs: ", {"a", "b", "c"}), "jobs: a, b, c\n");
  const std::string half(47, 'a');  // 6 + 47 + 1 + 1 + 45 are 100
  EXPECT_EQ(WrapList("jobs: ", {half, std::string(45, 'b')}),
            absl::StrCat("jobs: ", half, ", ", std::string(45, 'b'), "\n"));
}

TEST(WrapListTest, LaterLinesAreIndentedLikeTheFirst) {
  const std::string half(47, 'a');
  EXPECT_EQ(WrapList("jobs: ", {half, std::string(46, 'b'), "c"}),
            absl::StrCat("jobs: ", half, ",\n      ", std::string(46, 'b'), ", c\n"));
}

TEST(WrapListTest, NoLineIsLongerThanAHundredColumnsUnlessItsItemIs) {
  std::vector<std::string> items;
  for (size_t i = 0; i < 60; ++i) items.push_back(std::string(i % 13 + 1, 'x') + "é");
  items.push_back(std::string(120, 'y'));
  items.push_back("last");
  std::vector<std::string> lines = absl::StrSplit(WrapList("étiquette: ", items), '\n');
  EXPECT_EQ(lines.back(), "");
  lines.pop_back();
  std::string joined;
  for (const std::string& line : lines) {
    EXPECT_TRUE(DisplayWidth(line) <= kMaxLineWidth || line == lines[lines.size() - 2]) << line;
    absl::StrAppend(&joined, joined.empty() ? "" : " ", line.substr(line.find_first_not_of(' ')));
  }
  EXPECT_EQ(joined, absl::StrCat("étiquette: ", absl::StrJoin(items, ", ")));
}

TEST(TableTest, TimesAreNeverShortened) {
  Table table({{"A", Align::kTime}, {"B"}, {"C", Align::kLeft}});
  table.AddRow({std::string(50, 'a'), std::string(40, 'b'), std::string(12, 'c')});
  EXPECT_EQ(LinesOf(table)[1], absl::StrCat(std::string(50, 'a'), "  ", std::string(40, 'b'), "  ",
                                            std::string(9, 'c'), "…"));
  EXPECT_EQ(LinesOf(table)[0].substr(0, 3), "A  ") << "aligned to the left";
}

TEST(WrapTextTest, BreaksAtSpaces) {
  EXPECT_EQ(WrapText("one line"), "one line\n");
  const std::string half(49, 'a');
  EXPECT_EQ(WrapText(absl::StrCat(half, " ", half, "b")), absl::StrCat(half, " ", half, "b\n"));
  EXPECT_EQ(WrapText(absl::StrCat(half, " ", half, "bb c")),
            absl::StrCat(half, "\n  ", half, "bb c\n"));
  const std::string long_word(120, 'x');
  EXPECT_EQ(WrapText(absl::StrCat("a ", long_word, " b")),
            absl::StrCat("a\n  ", long_word, "\n  b\n"));
}

TEST(PrintableTest, HasNoControlCharacters) {
  EXPECT_EQ(Printable("plain text, é 🚀"), "plain text, é 🚀");
  EXPECT_EQ(Printable("a\tb\nc\rd\x1b[0m\x07\x7F"), "a?b?c?d?[0m??");
  for (int c = 1; c < 0x20; ++c) EXPECT_EQ(Printable(std::string(1, static_cast<char>(c))), "?");
}

TEST(PrintableTest, HasNoneOfUnicodesEither) {
  EXPECT_EQ(Printable("\u0080\u009B31m\u009F"), "??31m?");
  EXPECT_EQ(Printable("\u00A0\u00E9"), "\u00A0\u00E9");
}

TEST(PrintableTest, IsValidUtf8) {
  EXPECT_EQ(Printable("a\xFF"), "a\uFFFD");
  EXPECT_EQ(Printable(absl::string_view("a\0b", 3)), "a\uFFFDb");
  EXPECT_EQ(Printable("\x9B"
                      "31m"),
            "\uFFFD31m");
}

}  // namespace
}  // namespace proverlog
