#include "normalizer/line_splitter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

namespace proverlog {
namespace {

// A line that outlives the call in which it is told.
struct KeptLine {
  std::string text;
  int64_t offset = 0;
  bool cut = false;

  friend bool operator==(const KeptLine& a, const KeptLine& b) = default;
  friend std::ostream& operator<<(std::ostream& out, const KeptLine& line) {
    return out << line.offset << (line.cut ? " cut " : " ") << '"' << line.text.substr(0, 40)
               << '"';
  }
};
using KeptLines = std::vector<KeptLine>;

void Feed(absl::string_view bytes, LineSplitter& splitter, KeptLines& lines) {
  splitter.Feed(bytes, [&](const Line& line) {
    lines.push_back({std::string(line.text), line.offset, line.cut});
  });
}

KeptLines Split(absl::string_view bytes) {
  LineSplitter splitter(0, {});
  KeptLines lines;
  Feed(bytes, splitter, lines);
  return lines;
}

// Feeds the bytes in pieces of a size, the last one smaller.
KeptLines SplitInPieces(absl::string_view bytes, size_t piece) {
  LineSplitter splitter(0, {});
  KeptLines lines;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    Feed(bytes.substr(0, piece), splitter, lines);
  }
  return lines;
}

constexpr absl::string_view kText = "one\r\n\n\r\ntwo\n\n three\r\r\nf\rour\nrest";
const KeptLines& LinesOfText() {
  static const auto* const kLines = new KeptLines{
      {"one", 0}, {"", 5}, {"", 6}, {"two", 8}, {"", 12}, {" three\r", 13}, {"f\rour", 22}};
  return *kLines;
}

TEST(LineSplitterTest, CutsAtNewlines) {
  EXPECT_EQ(Split(kText), LinesOfText());
  EXPECT_EQ(Split(""), KeptLines{});
  EXPECT_EQ(Split("no end"), KeptLines{});
  EXPECT_EQ(Split("\n"), (KeptLines{{"", 0}}));
}

TEST(LineSplitterTest, WhereverTheTextIsCutItHasTheSameLines) {
  for (size_t first = 0; first <= kText.size(); ++first) {
    for (size_t second = first; second <= kText.size(); ++second) {
      LineSplitter splitter(0, {});
      KeptLines lines;
      Feed(kText.substr(0, first), splitter, lines);
      Feed(kText.substr(first, second - first), splitter, lines);
      Feed(kText.substr(second), splitter, lines);
      ASSERT_EQ(lines, LinesOfText()) << first << " " << second;
      ASSERT_EQ(splitter.unfinished().text, "rest");
      ASSERT_EQ(splitter.unfinished().offset, 28);
      ASSERT_EQ(splitter.offset(), static_cast<int64_t>(kText.size()));
    }
  }
}

TEST(LineSplitterTest, AnotherSplitterGoesOnFromItsState) {
  for (size_t cut = 0; cut <= kText.size(); ++cut) {
    LineSplitter before(0, {});
    KeptLines lines;
    Feed(kText.substr(0, cut), before, lines);
    LineSplitter after(before.offset(), before.unfinished());
    Feed(kText.substr(cut), after, lines);
    ASSERT_EQ(lines, LinesOfText()) << cut;
    ASSERT_EQ(after.offset(), static_cast<int64_t>(kText.size()));
  }
}

TEST(LineSplitterTest, OffsetsAreThoseOfTheStream) {
  constexpr int64_t kBegin = int64_t{5} << 32;
  LineSplitter splitter(kBegin, {});
  KeptLines lines;
  Feed("ab\ncd", splitter, lines);
  Feed("ef\n", splitter, lines);
  EXPECT_EQ(lines, (KeptLines{{"ab", kBegin}, {"cdef", kBegin + 3}}));
  EXPECT_EQ(splitter.offset(), kBegin + 8);
}

TEST(LineSplitterTest, TheUnfinishedLineIsReadAsIfItEnded) {
  LineSplitter splitter(0, {});
  KeptLines lines;
  Feed("one\nlast line\r", splitter, lines);
  EXPECT_EQ(splitter.UnfinishedLine().text, "last line");
  EXPECT_EQ(splitter.UnfinishedLine().offset, 4);
  EXPECT_FALSE(splitter.UnfinishedLine().cut);
  EXPECT_EQ(splitter.unfinished().text, "last line\r");
}

TEST(LineSplitterTest, NothingIsUnfinishedAfterANewline) {
  LineSplitter splitter(0, {});
  KeptLines lines;
  Feed("one", splitter, lines);
  Feed("\n", splitter, lines);
  EXPECT_EQ(splitter.unfinished().text, "");
  EXPECT_EQ(splitter.UnfinishedLine().text, "");
}

TEST(LineSplitterTest, ALineOverTheLimitIsCutAndTheNextOneIsRight) {
  const std::string longest(kMaxLineBytes, 'x');
  const std::string text = "a\n" + longest + "tail\r\n" + "next\n" + longest + "\nlast\n";
  const auto after_long = static_cast<int64_t>(2 + kMaxLineBytes + 6);
  const KeptLines expected = {{"a", 0},
                              {longest, 2, true},
                              {"next", after_long},
                              {longest, after_long + 5},
                              {"last", after_long + 5 + static_cast<int64_t>(kMaxLineBytes) + 1}};
  EXPECT_EQ(Split(text), expected);
  for (const size_t piece : {size_t{1000}, size_t{1} << 16, kMaxLineBytes - 1, kMaxLineBytes,
                             kMaxLineBytes + 1, kMaxLineBytes + 3}) {
    EXPECT_EQ(SplitInPieces(text, piece), expected) << piece;
  }
}

TEST(LineSplitterTest, OneByteOverTheLimitIsOverIt) {
  const std::string over(kMaxLineBytes + 1, 'x');
  for (const KeptLines& lines : {Split(over + "\n"), SplitInPieces(over + "\n", 4096)}) {
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_TRUE(lines[0].cut);
    EXPECT_EQ(lines[0].text.size(), kMaxLineBytes);
  }
}

TEST(LineSplitterTest, ACutLineKeepsACarriageReturnThatIsNotItsEnd) {
  const std::string begin = std::string(kMaxLineBytes - 1, 'x') + "\r";
  const KeptLines lines = Split(begin + "more\n");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].text.back(), '\r');
}

TEST(LineSplitterTest, ALineWithoutEndTakesNoMoreMemoryThanTheLimit) {
  const std::string piece(kMaxLineBytes, 'x');
  LineSplitter splitter(0, {});
  KeptLines lines;
  for (int i = 0; i < 5; ++i) Feed(piece, splitter, lines);
  EXPECT_TRUE(lines.empty());
  EXPECT_EQ(splitter.unfinished().text.size(), kMaxLineBytes);
  EXPECT_TRUE(splitter.unfinished().cut);
  EXPECT_TRUE(splitter.UnfinishedLine().cut);
  EXPECT_EQ(splitter.offset(), static_cast<int64_t>(5 * kMaxLineBytes));

  LineSplitter after(splitter.offset(), splitter.unfinished());
  Feed("\nnext\n", after, lines);
  EXPECT_EQ(lines,
            (KeptLines{{piece, 0, true}, {"next", static_cast<int64_t>(5 * kMaxLineBytes) + 1}}));
}

}  // namespace
}  // namespace proverlog
