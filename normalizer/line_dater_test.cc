#include "normalizer/line_dater.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/time.h"
#include "normalizer/stream_normalizer.h"
#include "tests/testing_util/test_data.h"

namespace proverlog {
namespace {

using testing_util::ReadAll;
using testing_util::TestDataPath;

constexpr UnixMillis kSomeDay = 1795226400000;  // 2026-11-21T02:00:00Z

std::vector<Anchor> Anchors() { return {{0, kSomeDay, "Europe/Berlin"}}; }

// What a normalizer tells of instants.
struct Instants : NormalizerSink {
  std::map<int64_t, UnixMillis> facts;  // by offset
  std::vector<StreamMark> marks;

  void OnFact(const JobIdView& /*job*/, Fact fact) override { facts[fact.origin.offset] = fact.at; }
  void OnMark(const StreamMark& mark) override { marks.push_back(mark); }
};

// Feeds the log in pieces, each to a normalizer of its own.
Instants Normalize(const std::string& log, size_t piece) {
  static const MessageIndex index;
  Instants instants;
  StreamProgress progress;
  for (size_t at = 0; at < log.size(); at += piece) {
    auto normalizer = StreamNormalizer::Create({1, "m", "a.log", Anchors()}, progress, &index);
    normalizer->Feed(absl::string_view(log).substr(at, piece), instants);
    normalizer->Seal(instants);  // which goes on after all
    progress = normalizer->progress();
  }
  return instants;
}

using Dated = std::map<int64_t, std::optional<UnixMillis>>;  // by offset

Dated DateFrom(const std::string& log, const StreamMark& mark) {
  auto dater = LineDater::Create(Anchors(), mark);
  EXPECT_TRUE(dater.ok()) << dater.status();
  Dated dated;
  dater->Feed(absl::string_view(log).substr(static_cast<size_t>(mark.offset)),
              [&](const DatedLine& line) { dated[line.line.offset] = line.at; });
  return dated;
}

// Many days of one log.
std::string Repeat(const std::string& file, int times) {
  const std::string log = ReadAll(TestDataPath(file));
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += log;
  return repeated;
}

TEST(LineDaterTest, LinesHaveTheInstantsOfTheirFacts) {
  for (const char* file :
       {"samples/broker.log", "samples/agent-a.log", "wrapped/aws.log", "wrapped/colour.log",
        "wrapped/compose.log", "wrapped/google.log", "wrapped/pino.log", "wrapped/pod.log",
        "wrapped/stack.log", "wrapped/text-2024.log", "wrapped/json-file.log"}) {
    const std::string log = Repeat(file, 3);
    const Instants told = Normalize(log, log.size());
    const Dated dated = DateFrom(log, {});
    ASSERT_FALSE(told.facts.empty()) << file;
    for (const auto& [offset, at] : told.facts) {
      const auto line = dated.find(offset);
      ASSERT_NE(line, dated.end()) << file << " " << offset;
      ASSERT_EQ(line->second, at) << file << " " << offset;
    }
  }
}

TEST(LineDaterTest, FromAMarkTheyAreDatedAsFromTheBeginning) {
  const std::string log = Repeat("samples/broker.log", 30) + Repeat("wrapped/compose.log", 200);
  const Instants told = Normalize(log, 100'003);
  const Dated whole = DateFrom(log, {});
  ASSERT_GT(told.marks.size(), log.size() / (2 * kMarkBytes));
  for (const StreamMark& mark : told.marks) {
    ASSERT_EQ(DateFrom(log, mark), Dated(whole.find(mark.offset), whole.end())) << mark.offset;
    std::optional<UnixMillis> latest = kSomeDay;  // the anchor
    for (auto line = whole.begin(); line->first < mark.offset; ++line) {
      latest = std::max(latest, line->second);
    }
    EXPECT_EQ(mark.latest_at, latest) << mark.offset;
  }
}

TEST(LineDaterTest, MarksDependOnTheBytesAlone) {
  const std::string log = Repeat("samples/broker.log", 20);
  const auto marks = [&](size_t piece) {
    std::vector<std::pair<int64_t, std::string>> made;
    for (const StreamMark& mark : Normalize(log, piece).marks) {
      made.emplace_back(mark.offset, mark.state);
    }
    return made;
  };
  const auto whole = marks(log.size());
  EXPECT_GT(whole.size(), 3U);
  EXPECT_EQ(marks(10'007), whole);
  EXPECT_EQ(marks(700'001), whole);
}

TEST(LineDaterTest, ASlowLogIsMarkedSoThatNoDayIsLost) {
  std::string log;
  for (int hour = 0; hour < 72; ++hour) {
    absl::StrAppend(&log, "[", absl::Dec(hour % 24, absl::kZeroPad2), ":30:00.000] INFO: b ",
                    std::string(200, 'x'), "\n");
  }
  const Instants told = Normalize(log, 1000);
  EXPECT_EQ(told.marks.size(), 11U);
  const Dated dated = DateFrom(log, told.marks.back());
  EXPECT_GT(*dated.rbegin()->second, kSomeDay + 2 * kDay);
}

TEST(LineDaterTest, WhatIsMissingEndsALine) {
  auto dater = LineDater::Create(Anchors(), {});
  std::vector<std::string> lines;
  const auto on_line = [&](const DatedLine& line) {
    lines.push_back(absl::StrCat(line.line.offset, " ", line.line.text, line.at ? "" : " ?"));
  };
  dater->Feed("[03:00:00.000] INFO: b one\n[03:00:01.000] INFO: b tw", on_line);
  dater->Skip(1000, on_line);
  dater->Feed("the end of a line\nand more", on_line);
  dater->Finish(on_line);
  EXPECT_EQ(lines, (std::vector<std::string>{"0 [03:00:00.000] INFO: b one",
                                             "27 [03:00:01.000] INFO: b tw",
                                             "1000 the end of a line", "1018 and more"}));
}

// "WARN a:b @7", with a plus where the record begins on the line.
std::string RecordText(const DatedLine& line) {
  if (line.record == nullptr) return "-";
  const RecordHead& record = *line.record;
  return absl::StrCat(record.level ? LogLevelName(*record.level) : "?", " ", record.module, " @",
                      record.offset, line.begins_record ? " +" : "");
}

TEST(LineDaterTest, ALineIsOfTheRecordThatItBeginsOrContinues) {
  auto dater = LineDater::Create(Anchors(), {});
  std::vector<std::string> records;
  const auto on_line = [&](const DatedLine& line) { records.push_back(RecordText(line)); };
  dater->Feed(
      "no record\n"
      "node-1  | [03:00:00.000] ERROR: p:q one\n"
      "agent-1  | [03:00:00.000] INFO: a two\n"
      "node-1  |     at f (x.ts:1)\n"
      "agent-1  | [03:00:01.000] WARN: a x[03:00:01.000] DEBUG: b y\n"
      "agent-1  |   more\n",
      on_line);
  dater->Skip(1000, on_line);
  dater->Feed("node-1  |     at g (x.ts:2)\n", on_line);
  EXPECT_EQ(records,
            (std::vector<std::string>{"-", "error p:q @10 +", "info a @50 +", "error p:q @10",
                                      "warn a @116 +", "warn a @116", "-"}));
}

TEST(LineDaterTest, WhatALineContinuesMayLieBeforeTheMark) {
  const std::string before = "[03:00:00.000] ERROR: p one\n";
  StreamMark mark;
  mark.offset = static_cast<int64_t>(before.size());
  std::vector<std::string> records;
  const auto on_line = [&](const DatedLine& line) { records.push_back(RecordText(line)); };
  for (const bool recalls : {false, true}) {
    auto dater = LineDater::Create(Anchors(), mark);
    if (recalls) dater->Recall(before);
    dater->Feed("    at f (x.ts:1)\n", on_line);
  }
  EXPECT_EQ(records, (std::vector<std::string>{"-", "error p @0"}));
}

TEST(LineDaterTest, ADamagedMarkIsAnError) {
  EXPECT_TRUE(absl::IsDataLoss(LineDater::Create({}, {7, std::nullopt, "garbage"}).status()));
}

}  // namespace
}  // namespace proverlog
