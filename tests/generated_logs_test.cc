// The logs of simulated provers: what the product reads from the text is what was simulated,
// however the bytes are cut and in whatever order the logs arrive.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "analysis/job_set.h"
#include "bench/generator/generator.h"
#include "bench/generator/random.h"
#include "normalizer/stream_normalizer.h"
#include "normalizer/unknown_messages.h"
#include "tests/testing_util/simulated_prover.h"

namespace proverlog {
namespace {

using generator::GeneratedJob;
using generator::LogFormat;
using generator::Random;
using generator::Release;
using testing_util::Faulty;
using testing_util::SimulatedProver;

StreamNormalizer NormalizerOf(const SimulatedProver& simulated, size_t log,
                              StreamProgress progress = {}) {
  static const MessageIndex index;
  StreamLabels labels{static_cast<int64_t>(log) + 1,
                      simulated.logs[log].machine,
                      simulated.logs[log].name,
                      {Anchor{0, simulated.options.start, "UTC"}}};
  auto normalizer = StreamNormalizer::Create(std::move(labels), progress, &index);
  EXPECT_TRUE(normalizer.ok()) << normalizer.status();
  return *std::move(normalizer);
}

void NormalizeLog(const SimulatedProver& simulated, size_t log, JobSet& jobs) {
  StreamNormalizer normalizer = NormalizerOf(simulated, log);
  normalizer.Feed(simulated.texts[log], jobs);
  normalizer.Seal(jobs);
  EXPECT_EQ(normalizer.progress().counts.not_understood, 0) << simulated.logs[log].name;
  EXPECT_EQ(normalizer.progress().counts.undated, 0) << simulated.logs[log].name;
}

std::map<JobId, Job> Derive(const JobSet& set) {
  std::map<JobId, Job> jobs;
  for (const auto& [id, facts] : set.facts()) jobs.emplace(id, DeriveJob(id, facts));
  return jobs;
}

class GeneratedLogsTest : public testing::TestWithParam<std::tuple<Release, LogFormat, uint64_t>> {
 protected:
  const SimulatedProver simulated_{
      Faulty(std::get<0>(GetParam()), std::get<1>(GetParam()), std::get<2>(GetParam()))};
};

INSTANTIATE_TEST_SUITE_P(Provers, GeneratedLogsTest,
                         testing::Combine(testing::Values(Release::k1_1, Release::k4_1,
                                                          Release::k5_2),
                                          testing::Values(LogFormat::kPretty, LogFormat::kJson),
                                          testing::Range<uint64_t>(1, 7)));

void ExpectSame(const Job& job, const GeneratedJob& truth) {
  SCOPED_TRACE(job.id.ToString());
  EXPECT_EQ(JobStateName(job.state), JobStateName(truth.state));
  EXPECT_EQ(job.attempt_count, truth.attempts);
  EXPECT_EQ(job.retries, truth.retries);
  EXPECT_EQ(job.timeouts, truth.timeouts);
  EXPECT_EQ(job.enqueued_at, truth.enqueued_at);
  EXPECT_EQ(job.started_at, truth.started_at);
  EXPECT_EQ(job.ended_at, truth.ended_at);
  std::vector<std::string> machines;
  for (const Attempt& attempt : job.attempts) machines.push_back(attempt.origin.machine);
  EXPECT_EQ(machines, truth.machines);
}

TEST_P(GeneratedLogsTest, EveryJobIsReadAsItWas) {
  JobSet set;
  for (size_t log = 0; log < simulated_.logs.size(); ++log) NormalizeLog(simulated_, log, set);
  const std::map<JobId, Job> jobs = Derive(set);
  EXPECT_EQ(jobs.size(), simulated_.jobs.size());
  for (const GeneratedJob& truth : simulated_.jobs) {
    ASSERT_TRUE(jobs.contains(truth.id)) << truth.id.ToString();
    ExpectSame(jobs.at(truth.id), truth);
  }
}

// The pieces of all logs are read in a random order, and some logs twice.
TEST_P(GeneratedLogsTest, NeitherOrderNorRepetitionOfTheLogsMatters) {
  JobSet in_order;
  for (size_t log = 0; log < simulated_.logs.size(); ++log) NormalizeLog(simulated_, log, in_order);

  JobSet shuffled;
  Random random(std::get<2>(GetParam()));
  std::vector<size_t> open;
  std::vector<StreamProgress> progress;
  for (size_t log = 0; log < simulated_.logs.size(); ++log) {
    for (int64_t times = random.Below(2); times >= 0; --times) open.push_back(log);
  }
  progress.resize(open.size());
  while (!open.empty()) {
    const auto i = static_cast<size_t>(random.Below(static_cast<int64_t>(open.size())));
    StreamNormalizer normalizer = NormalizerOf(simulated_, open[i], progress[i]);
    const absl::string_view rest = absl::string_view(simulated_.texts[open[i]])
                                       .substr(static_cast<size_t>(progress[i].offset));
    normalizer.Feed(rest.substr(0, static_cast<size_t>(random.Below(20'000))), shuffled);
    progress[i] = normalizer.progress();
    if (static_cast<size_t>(progress[i].offset) < simulated_.texts[open[i]].size()) continue;
    open.erase(open.begin() + static_cast<ptrdiff_t>(i));
    progress.erase(progress.begin() + static_cast<ptrdiff_t>(i));
  }
  EXPECT_EQ(Derive(shuffled), Derive(in_order));
}

// Everything that a normalizer tells, as what a database would keep of it.
struct Told : NormalizerSink {
  std::map<JobId, std::vector<Fact>> facts;
  std::map<std::tuple<std::string, UnixMillis, std::map<std::string, std::string>>, Origin> events;
  std::map<std::tuple<UnixMillis, int64_t>, CircuitRun> runs;  // by time and offset
  UnknownMessages unknown;

  void OnFact(const JobIdView& job, Fact fact) override {
    UniteFacts({std::move(fact)}, facts[JobId::From(job)]);
  }
  void OnEvent(const Event& event) override {
    events.emplace(std::make_tuple(event.kind, event.at, event.fields), event.origin);
  }
  void OnCircuitRun(const CircuitRun& run) override {
    const auto [entry, is_new] = runs.emplace(std::make_tuple(run.at, run.origin.offset), run);
    EXPECT_EQ(entry->second, run);
  }
  void OnUnknown(const Record& record, std::optional<UnixMillis> at,
                 const Origin& origin) override {
    unknown.Add(record, at, origin.offset);
  }
};

struct Result {
  Told told;
  StreamCounts counts;
};

// Each piece is read by a normalizer of its own, from the saved state of the one before; `sealed`:
// as if each were the log's end.
Result NormalizePieces(const SimulatedProver& simulated, size_t log, const std::set<size_t>& cuts,
                       bool sealed) {
  const std::string& text = simulated.texts[log];
  Result result;
  StreamProgress progress;
  std::vector<size_t> ends(cuts.begin(), cuts.end());
  ends.push_back(text.size());
  for (const size_t end : ends) {
    const auto begin = static_cast<size_t>(progress.offset);
    StreamNormalizer normalizer = NormalizerOf(simulated, log, progress);
    normalizer.Feed(absl::string_view(text).substr(begin, end - begin), result.told);
    if (sealed || end == text.size()) normalizer.Seal(result.told);
    progress = normalizer.progress();
  }
  result.counts = progress.counts;
  return result;
}

void ExpectSame(const Result& pieces, const Result& whole) {
  ASSERT_EQ(pieces.told.facts.size(), whole.told.facts.size());
  for (const auto& [id, facts] : whole.told.facts) {
    ASSERT_TRUE(pieces.told.facts.contains(id)) << id.ToString();
    ASSERT_TRUE(pieces.told.facts.at(id) == facts) << id.ToString();
  }
  ASSERT_TRUE(pieces.told.runs == whole.told.runs);
  ASSERT_TRUE(pieces.told.events == whole.told.events);
  ASSERT_TRUE(pieces.told.unknown.counts() == whole.told.unknown.counts());
  ASSERT_TRUE(pieces.counts == whole.counts);
}

// The part of a log that is the most interesting to cut: around its first stack, or its first
// lines; and a message that nobody knows.
std::string Excerpt(const std::string& text, LogFormat format) {
  constexpr size_t kAround = 1500;
  const size_t stack = std::min(text.find("\n    at "), text.find("\\n    at "));
  const size_t from = stack == std::string::npos || stack < kAround ? 0 : stack - kAround;
  const size_t begin = from == 0 ? 0 : text.find('\n', from) + 1;
  const std::string unknown =
      format == LogFormat::kJson
          ? R"({"level":30,"time":1795219200123,"module":"new","msg":"Nobody knows 12"})"
          : "[23:59:59.999] INFO: new Nobody knows 12";
  return absl::StrCat(unknown, "\n", text.substr(begin, 2 * kAround), "\n", unknown, "\n");
}

class CutTest : public testing::TestWithParam<std::tuple<Release, LogFormat>> {};

INSTANTIATE_TEST_SUITE_P(Provers, CutTest,
                         testing::Combine(testing::Values(Release::k1_1, Release::k4_1,
                                                          Release::k5_2),
                                          testing::Values(LogFormat::kPretty, LogFormat::kJson)));

TEST_P(CutTest, NoCutOfASmallLogChangesTheResult) {
  const LogFormat format = std::get<1>(GetParam());
  SimulatedProver simulated(Faulty(std::get<0>(GetParam()), format, 2));
  for (size_t log = 0; log < 3; ++log) {
    simulated.texts[log] = Excerpt(simulated.texts[log], format);
    const Result whole = NormalizePieces(simulated, log, {}, false);
    EXPECT_EQ(whole.told.unknown.counts().size(), 1U);
    for (size_t cut = 0; cut < simulated.texts[log].size(); ++cut) {
      SCOPED_TRACE(absl::StrCat(simulated.logs[log].name, " cut at ", cut));
      ASSERT_NO_FATAL_FAILURE(
          ExpectSame(NormalizePieces(simulated, log, {cut}, cut % 2 == 0), whole));
    }
  }
}

TEST_P(CutTest, ManyCutsOfALargeLogDoNotChangeTheResult) {
  const SimulatedProver simulated(Faulty(std::get<0>(GetParam()), std::get<1>(GetParam()), 3));
  Random random(5);
  for (size_t log = 0; log < simulated.logs.size(); ++log) {
    const Result whole = NormalizePieces(simulated, log, {}, false);
    std::set<size_t> cuts;
    for (int i = 0; i < 300; ++i) {
      const auto size = static_cast<int64_t>(simulated.texts[log].size());
      cuts.insert(static_cast<size_t>(random.Below(size)));
    }
    for (const bool sealed : {false, true}) {
      SCOPED_TRACE(absl::StrCat(simulated.logs[log].name, sealed ? " sealed" : ""));
      ASSERT_NO_FATAL_FAILURE(ExpectSame(NormalizePieces(simulated, log, cuts, sealed), whole));
    }
  }
}

TEST(GeneratorTest, TheSameSeedWritesTheSameBytes) {
  const SimulatedProver once(Faulty(Release::k5_2, LogFormat::kPretty, 1));
  const SimulatedProver again(Faulty(Release::k5_2, LogFormat::kPretty, 1));
  const SimulatedProver other(Faulty(Release::k5_2, LogFormat::kPretty, 2));
  EXPECT_EQ(once.texts, again.texts);
  EXPECT_NE(once.texts, other.texts);
}

}  // namespace
}  // namespace proverlog
