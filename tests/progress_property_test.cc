// Progress and estimates on the logs of simulated provers: the same as an obvious reading of the
// raw lines gives, and right as often as they say.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "analysis/progress.h"
#include "model/proving_graph.h"
#include "tests/testing_util/read_logs.h"
#include "tests/testing_util/simulated_prover.h"

namespace proverlog {
namespace {

using generator::GeneratorOptions;
using generator::LogFormat;
using generator::Release;
using testing_util::Faulty;
using testing_util::RawLine;
using testing_util::RawLines;
using testing_util::ReadLogs;
using testing_util::SimulatedProver;

GeneratorOptions Options(Release release, uint64_t seed, int epochs) {
  GeneratorOptions options = Faulty(release, LogFormat::kPretty, seed);
  options.epochs = epochs;
  options.failure_rate = 0;
  return options;
}

// What follows `key` in the text, up to a space, a comma or a brace.
std::string After(const std::string& text, const std::string& key) {
  const size_t at = text.find(key);
  if (at == std::string::npos) return "";
  const size_t begin = at + key.size();
  return text.substr(begin, text.find_first_of(" ,}", begin) - begin);
}

// An epoch as the broker's raw lines have it.
struct RawEpoch {
  std::map<std::string, UnixMillis> enqueued;  // by id, the first time
  std::map<std::string, UnixMillis> completed;
  std::optional<UnixMillis> published;
  int transactions = 0;  // that the node says it has

  static std::string Type(const std::string& id) {
    const size_t begin = id.find(':') + 1;
    return id.substr(begin, id.find(':', begin) - begin);
  }
  UnixMillis Begin() const {
    UnixMillis begin = kLastInstant;
    for (const auto& [id, at] : enqueued) begin = std::min(begin, at);
    return begin;
  }
  // When jobs were completed, but for the root's.
  std::vector<UnixMillis> Done() const {
    std::vector<UnixMillis> done;
    for (const auto& [id, at] : completed) {
      if (Type(id) != "ROOT_ROLLUP") done.push_back(at);
    }
    std::sort(done.begin(), done.end());
    return done;
  }
  double Transactions() const {
    return static_cast<double>(std::count_if(
        completed.begin(), completed.end(),
        [](const auto& job) { return absl::EndsWith(Type(job.first), "BASE_ROLLUP"); }));
  }
  std::set<std::string> CompletedTypes() const {
    std::set<std::string> types;
    for (const auto& [id, at] : completed) types.insert(Type(id));
    return types;
  }
  bool IsProven() const {
    return std::any_of(completed.begin(), completed.end(),
                       [](const auto& job) { return Type(job.first) == "ROOT_ROLLUP"; });
  }
};

std::map<int32_t, RawEpoch> ReadRaw(const std::vector<RawLine>& lines, UnixMillis until) {
  std::map<int32_t, RawEpoch> epochs;
  for (const RawLine& line : lines) {
    if (line.at > until) continue;
    const auto epoch_of = [&](const std::string& number) -> RawEpoch& {
      int32_t epoch = 0;
      EXPECT_TRUE(absl::SimpleAtoi(number, &epoch)) << line.text;
      return epochs[epoch];
    };
    for (const auto& [words, is_end] :
         {std::pair("New proving job id=", false), std::pair("Proving job complete id=", true)}) {
      const std::string id = After(line.text, words);
      if (id.empty()) continue;
      RawEpoch& epoch = epoch_of(id.substr(0, id.find(':')));
      (is_end ? epoch.completed : epoch.enqueued).emplace(id, line.at);
    }
    if (absl::StrContains(line.text, "Published epoch proof")) {
      epoch_of(After(line.text, "\"epochNumber\":")).published = line.at;
    }
    if (const std::string txs = After(line.text, "\"epochSizeTxs\":"); !txs.empty()) {
      RawEpoch& epoch = epoch_of(After(line.text, "\"epochNumber\":"));
      EXPECT_TRUE(absl::SimpleAtoi(txs, &epoch.transactions));
    }
  }
  return epochs;
}

bool IsLeaf(const std::string& type) {
  static const std::set<std::string> kLeaves = {"PUBLIC_VM",
                                                "TUBE_PROOF",
                                                "BASE_PARITY",
                                                "PUBLIC_CHONK_VERIFIER",
                                                "PARITY_BASE",
                                                "PRIVATE_TX_BASE_ROLLUP",
                                                "PADDING_BLOCK_ROOT_ROLLUP",
                                                "CHECKPOINT_PADDING_ROLLUP"};
  return kLeaves.count(type) > 0;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// How many times as large as the earlier epoch this one is, as docs/queries.md says it.
double RawScale(const RawEpoch& now, const RawEpoch& earlier, UnixMillis as_of) {
  if (now.transactions > 0) {
    return static_cast<double>(now.transactions) / earlier.Transactions();
  }
  double leaves = 0, then = 0, all = 0;
  for (const auto& [id, at] : now.enqueued) {
    if (at <= as_of && IsLeaf(RawEpoch::Type(id))) ++leaves;
  }
  for (const auto& [id, at] : earlier.completed) {
    if (!IsLeaf(RawEpoch::Type(id))) continue;
    ++all;
    if (earlier.enqueued.at(id) - earlier.Begin() <= as_of - now.Begin()) ++then;
  }
  return leaves == 0 || then < all / 10 ? 1 : leaves / then;
}

// Which part of its jobs seems to be done, by what others had in the end.
double RawPart(const RawEpoch& now, UnixMillis as_of, const std::vector<RawEpoch>& others) {
  const std::vector<UnixMillis> done = now.Done();
  const auto so_far = static_cast<double>(
      std::count_if(done.begin(), done.end(), [&](UnixMillis at) { return at <= as_of; }));
  std::vector<double> parts;
  for (const RawEpoch& other : others) {
    parts.push_back(so_far /
                    (RawScale(now, other, as_of) * static_cast<double>(other.Done().size())));
  }
  return Median(parts);
}

// When the earlier epoch first seemed to be as far; those of its jobs that were not completed are
// not looked at.
UnixMillis RawSeemedAsFarAt(RawEpoch epoch, bool has_transactions, double part,
                            const std::vector<RawEpoch>& others) {
  epoch.transactions = has_transactions ? static_cast<int>(epoch.Transactions()) : 0;
  const auto enqueued = epoch.enqueued;
  epoch.enqueued.clear();
  for (const auto& [id, at] : epoch.completed) epoch.enqueued[id] = enqueued.at(id);
  std::vector<UnixMillis> instants = epoch.Done();
  if (RawPart(epoch, epoch.Begin(), others) >= part) return epoch.Begin();
  for (const UnixMillis at : instants) {
    if (RawPart(epoch, at, others) >= part) return at;
  }
  return instants.back();
}

std::vector<CompletedJob> CompletedOf(const std::vector<Job>& jobs) {
  std::vector<CompletedJob> completed;
  for (const Job& job : jobs) {
    if (job.exists && job.state == JobState::kCompleted) {
      completed.push_back({job.id.type, *job.first_at, *job.ended_at});
    }
  }
  return completed;
}

std::vector<EpochShape> ShapesBefore(int32_t epoch, const std::map<int32_t, std::vector<Job>>& jobs,
                                     const std::map<int32_t, EpochContext>& contexts) {
  std::vector<EpochShape> shapes;
  for (auto entry = jobs.rbegin(); entry != jobs.rend() && shapes.size() < 10; ++entry) {
    if (entry->first >= epoch) continue;
    auto shape = ShapeOf(entry->first, CompletedOf(entry->second), contexts.at(entry->first));
    if (shape) shapes.push_back(*shape);
  }
  return shapes;
}

// The jobs as they were at an instant.
std::vector<Job> JobsAt(const JobSet& set, int32_t epoch, UnixMillis at) {
  std::vector<Job> jobs;
  for (const auto& [id, facts] : set.facts()) {
    if (id.epoch != epoch) continue;
    std::vector<Fact> told;
    std::copy_if(facts.begin(), facts.end(), std::back_inserter(told),
                 [&](const Fact& fact) { return fact.at <= at; });
    if (!told.empty()) jobs.push_back(DeriveJob(id, std::move(told)));
  }
  return jobs;
}

class ProgressPropertyTest : public testing::TestWithParam<std::tuple<Release, uint64_t>> {};

INSTANTIATE_TEST_SUITE_P(Provers, ProgressPropertyTest,
                         testing::Combine(testing::Values(Release::k1_1, Release::k4_1,
                                                          Release::k5_2),
                                          testing::Range<uint64_t>(1, 5)));

TEST_P(ProgressPropertyTest, IsWhatTheRawLinesGive) {
  const SimulatedProver simulated(Options(std::get<0>(GetParam()), std::get<1>(GetParam()), 5));
  const ReadLogs read(simulated);
  const auto jobs = read.DeriveByEpoch();
  const auto contexts = read.collector.Contexts();
  const std::vector<RawLine> lines = RawLines(simulated);
  const int32_t epoch = jobs.rbegin()->first;
  const RawEpoch whole = ReadRaw(lines, kLastInstant).at(epoch);
  const UnixMillis end = whole.Done().back();

  for (const double part : {0.02, 0.25, 0.5, 0.75, 1.0}) {
    const auto as_of =
        whole.Begin() + static_cast<UnixMillis>(part * static_cast<double>(end - whole.Begin()));
    SCOPED_TRACE(absl::StrCat("at ", part));
    std::map<int32_t, RawEpoch> raw = ReadRaw(lines, as_of);
    const RawEpoch now = raw.at(epoch);
    EpochSoFar so_far{JobsAt(read, epoch, as_of), contexts.at(epoch), std::nullopt, as_of};
    if (now.transactions > 0) so_far.transactions = now.transactions;
    const Progress progress = ProgressOf(so_far, ShapesBefore(epoch, jobs, contexts));

    EXPECT_EQ(progress.total.done, static_cast<int32_t>(now.completed.size()));
    std::map<std::string, std::vector<double>> counts;
    std::vector<int32_t> earlier_epochs;
    std::vector<RawEpoch> earlier;
    for (auto other = raw.rbegin(); other != raw.rend(); ++other) {
      if (other->first == epoch || !other->second.IsProven()) continue;
      // A restarted broker may have taken the words of all jobs of a type along.
      if (LacksInputs(other->second.CompletedTypes())) continue;
      earlier_epochs.push_back(other->first);
      earlier.push_back(other->second);
      const double scale = RawScale(now, other->second, as_of);
      std::map<std::string, double> of_type;
      for (const auto& [id, at] : other->second.completed) ++of_type[RawEpoch::Type(id)];
      for (const auto& [type, count] : of_type) {
        counts[type].push_back(type == "ROOT_ROLLUP" ? 1 : std::round(count * scale));
      }
    }
    std::vector<double> ends;
    for (size_t i = 0; i < earlier.size(); ++i) {
      std::vector<RawEpoch> others = earlier;
      others.erase(others.begin() + static_cast<ptrdiff_t>(i));
      const UnixMillis then =
          RawSeemedAsFarAt(earlier[i], now.transactions > 0, RawPart(now, as_of, earlier), others);
      const UnixMillis last = earlier[i].Done().back();
      ends.push_back(
          static_cast<double>(as_of) +
          std::floor(static_cast<double>(last - then) * RawScale(now, earlier[i], as_of)) +
          static_cast<double>(*earlier[i].published - last));
    }
    EXPECT_EQ(progress.earlier_epochs, earlier_epochs);
    for (const TypeProgress& type : progress.types) {
      std::vector<double> as_earlier = counts[type.type];
      as_earlier.resize(earlier_epochs.size());
      const auto known = static_cast<double>(type.known());
      EXPECT_EQ(*type.expected,
                static_cast<int32_t>(std::max(known, std::round(Median(as_earlier)))))
          << type.type;
    }
    ASSERT_TRUE(progress.estimate);
    EXPECT_TRUE(progress.estimate->to_l1);
    EXPECT_NEAR(static_cast<double>(progress.estimate->at), Median(ends), 1);
    EXPECT_NEAR(static_cast<double>(progress.estimate->earliest),
                *std::min_element(ends.begin(), ends.end()), 1);
    EXPECT_NEAR(static_cast<double>(progress.estimate->latest),
                *std::max_element(ends.begin(), ends.end()), 1);
    const auto n = static_cast<double>(ends.size());
    EXPECT_DOUBLE_EQ(progress.estimate->share, (n - 1) / (n + 1));
  }
}

// Of the epochs of a run, each from its 11th on is taken at 25, 50 and 75 % of its time.
TEST(ProgressBacktest, TheIntervalHasTheTrueEndAsOftenAsItSays) {
  for (const Release release : {Release::k1_1, Release::k4_1, Release::k5_2}) {
    std::map<int, int> cases, hits;  // by percent
    double share = 0;
    double off = 0;  // of the estimate, as a part of what was left
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      GeneratorOptions options = Options(release, 100 + seed, 14);
      // Of more few epochs would be proven.
      options.abort_rate = 0;
      options.timeout_rate = 0.05;
      options.retry_rate = 0.05;
      const SimulatedProver simulated(options);
      const ReadLogs read(simulated);
      const auto jobs = read.DeriveByEpoch();
      const auto contexts = read.collector.Contexts();
      const std::map<int32_t, RawEpoch> raw = ReadRaw(RawLines(simulated), kLastInstant);
      for (const auto& [epoch, of_epoch] : jobs) {
        const auto whole = ShapeOf(epoch, CompletedOf(of_epoch), contexts.at(epoch));
        const std::vector<EpochShape> earlier = ShapesBefore(epoch, jobs, contexts);
        if (!whole || !whole->published_at || earlier.size() < 10) continue;
        for (const int percent : {25, 50, 75}) {
          const UnixMillis end = *whole->published_at;
          const UnixMillis as_of = whole->begin + (end - whole->begin) * percent / 100;
          EpochSoFar so_far{JobsAt(read, epoch, as_of), contexts.at(epoch), std::nullopt, as_of};
          if (raw.at(epoch).transactions > 0) so_far.transactions = raw.at(epoch).transactions;
          const Progress progress = ProgressOf(so_far, earlier);
          ++cases[percent];
          hits[percent] += progress.estimate->earliest <= end && end <= progress.estimate->latest;
          share = progress.estimate->share;
          off += std::abs(static_cast<double>(progress.estimate->at - end)) /
                 static_cast<double>(end - as_of);
        }
      }
    }
    ASSERT_GT(cases[50], 30);
    int all_cases = 0, all_hits = 0;
    for (const auto& [percent, count] : cases) {
      const double part = static_cast<double>(hits[percent]) / count;
      std::printf("  at %d %%: %d of %d\n", percent, hits[percent], count);
      EXPECT_NEAR(part, share, 0.2)
          << "at " << percent << " %, release " << static_cast<int>(release);
      all_cases += count;
      all_hits += hits[percent];
    }
    EXPECT_NEAR(static_cast<double>(all_hits) / all_cases, share, 0.15);
    EXPECT_LT(off / all_cases, 0.45);
    std::printf(
        "release %d: %d of %d in an interval for %.0f %%; off by %.0f %% of what was left\n",
        static_cast<int>(release), all_hits, all_cases, 100 * share, 100 * off / all_cases);
  }
}

}  // namespace
}  // namespace proverlog
