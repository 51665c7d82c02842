// Which lines are of which level, module and text: what the product makes of the logs of simulated
// provers is what a plain look at their text finds, wherever reading begins.

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "bench/generator/random.h"
#include "normalizer/stream_normalizer.h"
#include "server/query/line_filter.h"
#include "tests/testing_util/simulated_prover.h"

namespace proverlog {
namespace {

using generator::LogFormat;
using generator::Random;
using generator::Release;
using testing_util::Faulty;
using testing_util::SimulatedProver;

// A line as anybody would read it.
struct PlainLine {
  int64_t offset = 0;
  std::string text;
  std::string level;   // of the last line with a head, at or before it
  std::string module;  // the same
};

std::vector<PlainLine> ReadPlainly(const std::string& log) {
  static const std::regex kHead(R"(^\[\d\d:\d\d:\d\d\.\d\d\d\] ([A-Z]+): ([^ ]+) .*)");
  std::vector<PlainLine> lines;
  std::string level, module;
  int64_t offset = 0;
  for (const absl::string_view text : absl::StrSplit(log, '\n')) {
    const std::string line(text);
    std::smatch head;
    if (std::regex_match(line, head, kHead)) {
      level = head[1];
      module = head[2];
    }
    lines.push_back({offset, line, level, module});
    offset += static_cast<int64_t>(line.size()) + 1;
  }
  lines.pop_back();  // behind the last newline
  return lines;
}

// Stack traces behind some errors, which simulated logs do not have.
std::string WithStackTraces(const std::string& log, uint64_t seed) {
  Random random(seed);
  std::string traced;
  for (const absl::string_view line : absl::StrSplit(log, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&traced, line, "\n");
    const bool is_grave =
        absl::StrContains(line, "] ERROR: ") || absl::StrContains(line, "] WARN: ");
    for (int64_t frames = is_grave ? random.Below(5) : 0; frames > 0; --frames) {
      absl::StrAppend(&traced, "    at Prover.prove (file:///prover.js:", frames, ":1)\n");
    }
  }
  return traced;
}

constexpr const char* kLevels[] = {"TRACE", "DEBUG", "VERBOSE", "INFO", "WARN", "ERROR", "FATAL"};

int RankOf(const std::string& level) {
  for (int i = 0; i < 7; ++i) {
    if (level == kLevels[i]) return i + 1;
  }
  return 0;
}

std::vector<int64_t> Plainly(const std::vector<PlainLine>& lines, int64_t begin, v1::LogLevel level,
                             const std::string& module, const std::string& text) {
  std::vector<int64_t> offsets;
  for (const PlainLine& line : lines) {
    if (line.offset < begin || RankOf(line.level) < static_cast<int>(level)) continue;
    if (line.module.rfind(module, 0) != 0) continue;
    if (absl::AsciiStrToLower(line.text).find(absl::AsciiStrToLower(text)) == std::string::npos) {
      continue;
    }
    offsets.push_back(line.offset);
  }
  return offsets;
}

struct Marks : NormalizerSink {
  void OnFact(const JobIdView& /*job*/, Fact /*fact*/) override {}
  void OnMark(const StreamMark& mark) override { marks.push_back(mark); }
  std::vector<StreamMark> marks = {StreamMark()};  // and the beginning
};

class LinesPropertyTest : public testing::TestWithParam<std::tuple<Release, uint64_t>> {
 protected:
  std::vector<Anchor> anchors() const { return {Anchor{0, simulated_.options.start, "UTC"}}; }

  std::vector<StreamMark> MarksOf(const std::string& log) const {
    static const MessageIndex index;
    auto normalizer = StreamNormalizer::Create({1, "m", "a.log", anchors()}, {}, &index);
    Marks marks;
    normalizer->Feed(log, marks);
    return marks.marks;
  }

  // From the mark on, as the service reads it.
  std::vector<int64_t> ByProduct(const std::string& log, const StreamMark& mark,
                                 const LineFilter& filter) const {
    auto dater = LineDater::Create(anchors(), mark);
    EXPECT_TRUE(dater.ok()) << dater.status();
    const auto begin = static_cast<size_t>(mark.offset);
    const size_t before = std::min<size_t>(begin, 64 << 10);
    dater->Recall(absl::string_view(log).substr(begin - before, before));
    std::vector<int64_t> offsets;
    dater->Feed(absl::string_view(log).substr(begin), [&](const DatedLine& line) {
      if (filter.Matches(line)) offsets.push_back(line.line.offset);
    });
    return offsets;
  }

  const SimulatedProver simulated_{
      Faulty(std::get<0>(GetParam()), LogFormat::kPretty, std::get<1>(GetParam()))};
};

INSTANTIATE_TEST_SUITE_P(Provers, LinesPropertyTest,
                         testing::Combine(testing::Values(Release::k1_1, Release::k4_1,
                                                          Release::k5_2),
                                          testing::Range<uint64_t>(1, 4)));

TEST_P(LinesPropertyTest, AFilterFindsWhatAPlainSearchFinds) {
  Random random(std::get<1>(GetParam()));
  const std::vector<std::string> modules = {"", "prover-client:", "prover-client:proving-broker",
                                            "nobody"};
  const std::vector<std::string> texts = {"", "job id=", "FAILED", "at prover.prove", "\xc3"};
  size_t found = 0;
  for (size_t i = 0; i < simulated_.texts.size(); ++i) {
    const std::string log = WithStackTraces(simulated_.texts[i], i);
    const std::vector<PlainLine> plain = ReadPlainly(log);
    const std::vector<StreamMark> marks = MarksOf(log);
    for (int round = 0; round < 12; ++round) {
      const auto pick = [&](size_t n) { return random.Below(static_cast<int64_t>(n)); };
      const auto level = static_cast<v1::LogLevel>(random.Below(8));
      const std::string& module = modules[static_cast<size_t>(pick(modules.size()))];
      const std::string& text = texts[static_cast<size_t>(pick(texts.size()))];
      const StreamMark& mark = marks[static_cast<size_t>(pick(marks.size()))];
      const auto filter = LineFilter::Create(level, module, text);
      ASSERT_TRUE(filter.ok()) << filter.status();
      const auto offsets = ByProduct(log, mark, *filter);
      found += offsets.size();
      ASSERT_EQ(offsets, Plainly(plain, mark.offset, level, module, text))
          << simulated_.logs[i].name << " " << level << " " << module << " " << text << " from "
          << mark.offset;
    }
  }
  EXPECT_GT(found, 1000U);
}

}  // namespace
}  // namespace proverlog
