// The critical paths of simulated provers, beside those that are found in the words of the lines by
// trying every job; and how often the inferred predecessor is the true one.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "analysis/critical_path.h"
#include "model/proving_graph.h"
#include "tests/testing_util/raw_jobs.h"

namespace proverlog {
namespace {

using generator::GeneratedJob;
using generator::LogFormat;
using generator::Release;
using testing_util::Faulty;
using testing_util::RawAttempt;
using testing_util::RawJob;
using testing_util::SimulatedProver;

using RawJobs = std::map<std::string, RawJob>;

bool IsEnd(const RawJob& job) {
  return job.ended && (job.state == "completed" || job.state == "failed");
}

std::string LastOf(const RawJobs& jobs) {
  std::string last;
  const auto key = [&](const std::string& id) {
    const RawJob& job = jobs.at(id);
    return std::tuple(job.type == "ROOT_ROLLUP" && job.state == "completed", *job.ended, id);
  };
  for (const auto& [id, job] : jobs) {
    if (IsEnd(job) && (last.empty() || key(last) < key(id))) last = id;
  }
  return last;
}

struct Before {
  std::string id;
  int32_t rivals = 0;
};

Before PredecessorOf(const std::string& id, const RawJobs& jobs,
                     const std::map<std::string, std::vector<std::string>>& feeds) {
  const RawJob& job = jobs.at(id);
  const auto may_precede = [&](const RawJob& other) {
    const auto fed = feeds.find(other.type);
    return fed != feeds.end() && other.ended && other.state == "completed" &&
           std::count(fed->second.begin(), fed->second.end(), job.type) > 0 &&
           *other.ended <= job.created && other.created < job.created;
  };
  Before before;
  for (const auto& [other_id, other] : jobs) {
    if (!may_precede(other)) continue;
    if (before.id.empty() ||
        std::tuple(*jobs.at(before.id).ended, before.id) < std::tuple(*other.ended, other_id)) {
      before.id = other_id;
    }
  }
  for (const auto& [other_id, other] : jobs) {
    before.rivals += !before.id.empty() && other_id != before.id && may_precede(other) &&
                             *jobs.at(before.id).ended - *other.ended <= 50
                         ? 1
                         : 0;
  }
  return before;
}

// From when the job ran for the last time, until when.
std::pair<UnixMillis, UnixMillis> LastRun(const RawJob& job) {
  const RawAttempt* nearest = nullptr;
  const RawAttempt* open = nullptr;
  for (const RawAttempt& attempt : job.attempts) {
    if (!attempt.end) open = &attempt;
    if (!attempt.end || attempt.how != job.state) continue;
    const bool is_nearer = nearest == nullptr || std::abs(*attempt.end - *job.ended) <
                                                     std::abs(*nearest->end - *job.ended);
    if (is_nearer) nearest = &attempt;
  }
  if (nearest == nullptr) return {open == nullptr ? -1 : open->begin, *job.ended};
  UnixMillis begin = nearest->begin;
  for (const RawAttempt& attempt : job.attempts) {
    if (nearest->ambiguous && attempt.ambiguous && attempt.log == nearest->log &&
        attempt.begin <= *nearest->end) {
      begin = std::max(begin, attempt.begin);
    }
  }
  return {begin, *nearest->end};
}

PathParts PartsOf(const RawJob& job, UnixMillis from) {
  PathParts parts;
  parts.handing_over = job.created - from;
  const auto [begin, end] = LastRun(job);
  if (begin < 0) {
    parts.unknown = *job.ended - job.created;
    return parts;
  }
  UnixMillis first_start = begin;
  for (const RawAttempt& attempt : job.attempts) {
    first_start = std::min(first_start, attempt.begin);
  }
  parts.queueing = first_start - job.created;
  parts.retrying = begin - first_start;
  parts.running = end - begin;
  parts.reporting = *job.ended - end;
  return parts;
}

void ExpectSame(const PathParts& found, const PathParts& raw) {
  EXPECT_EQ(found.handing_over, raw.handing_over);
  EXPECT_EQ(found.queueing, raw.queueing);
  EXPECT_EQ(found.retrying, raw.retrying);
  EXPECT_EQ(found.running, raw.running);
  EXPECT_EQ(found.reporting, raw.reporting);
  EXPECT_EQ(found.unknown, raw.unknown);
}

RawJobs OfEpoch(int32_t epoch, const RawJobs& all) {
  RawJobs jobs;
  for (const auto& [id, job] : all) {
    if (absl::StartsWith(id, absl::StrCat(epoch, ":"))) jobs.emplace(id, job);
  }
  return jobs;
}

void ExpectSamePath(const CriticalPath& path, const RawJobs& jobs) {
  std::set<std::string> types;
  for (const auto& [id, job] : jobs) types.insert(job.type);
  const auto feeds = FeedsWithin(types);
  std::string id = LastOf(jobs);
  PathParts sum;
  for (auto link = path.links.rbegin(); link != path.links.rend(); ++link) {
    SCOPED_TRACE(id);
    ASSERT_EQ(link->id.ToString(), id);
    const Before before = PredecessorOf(id, jobs, feeds);
    EXPECT_EQ(link->rivals, before.rivals);
    const UnixMillis from = before.id.empty() ? jobs.at(id).created : *jobs.at(before.id).ended;
    ExpectSame(link->parts, PartsOf(jobs.at(id), from));
    sum += link->parts;
    id = before.id;
  }
  EXPECT_EQ(id, "");  // nothing precedes the first
  if (path.links.empty()) return;
  ExpectSame(path.totals, sum);
  EXPECT_EQ(path.totals.Sum(), path.links.back().ended_at - path.links.front().enqueued_at);
}

class CriticalPathPropertyTest : public testing::TestWithParam<std::tuple<Release, uint64_t>> {
 protected:
  const SimulatedProver prover_{
      Faulty(std::get<0>(GetParam()), LogFormat::kPretty, std::get<1>(GetParam()))};
};

INSTANTIATE_TEST_SUITE_P(Provers, CriticalPathPropertyTest,
                         testing::Combine(testing::Values(Release::k1_1, Release::k4_1,
                                                          Release::k5_2),
                                          testing::Range<uint64_t>(1, 7)));

TEST_P(CriticalPathPropertyTest, ThePathIsThatOfTheLinesAndItsPartsAddUp) {
  const RawJobs raw = testing_util::RawJobsOf(prover_);
  for (const auto& [epoch, jobs] : testing_util::ReadJobs(prover_)) {
    SCOPED_TRACE(epoch);
    ExpectSamePath(FindCriticalPath(jobs), OfEpoch(epoch, raw));
  }
}

// How many links there are, and how many of them are not the simulation's.
struct Truth {
  int links = 0;
  int wrong = 0;
  int marked = 0;
  int marked_wrong = 0;
};

void Compare(const SimulatedProver& prover, Truth& truth) {
  std::map<std::string, std::string> parents;
  for (const GeneratedJob& job : prover.jobs) parents[job.id.ToString()] = job.parent;
  for (const auto& [epoch, jobs] : testing_util::ReadJobs(prover)) {
    const CriticalPath path = FindCriticalPath(jobs);
    for (size_t i = 1; i < path.links.size(); ++i) {
      const int wrong =
          parents[path.links[i - 1].id.ToString()] == path.links[i].id.ToString() ? 0 : 1;
      const int marked = path.links[i].rivals > 0 ? 1 : 0;
      ++truth.links;
      truth.wrong += wrong;
      truth.marked += marked;
      truth.marked_wrong += wrong * marked;
    }
  }
}

// The simulation knows which job takes which proof, and hands it over within 50 ms. docs/queries.md
// has what this measures. A parent that does without a cancelled input is left out.
TEST(CriticalPathTruthTest, MostPredecessorsAreTheTrueOnes) {
  Truth truth;
  for (const Release release : {Release::k1_1, Release::k4_1, Release::k5_2}) {
    for (uint64_t seed = 1; seed < 13; ++seed) {
      generator::GeneratorOptions options = Faulty(release, LogFormat::kPretty, seed);
      options.abort_rate = 0;
      options.failure_rate = 0;
      options.jobs = 600;
      options.agents = 40;
      Compare(SimulatedProver(options), truth);
    }
  }
  RecordProperty("links", truth.links);
  RecordProperty("wrong", truth.wrong);
  RecordProperty("marked", truth.marked);
  RecordProperty("marked_wrong", truth.marked_wrong);
  EXPECT_GT(truth.links, 500);
  EXPECT_GT(truth.marked, 10);
  EXPECT_LT(truth.wrong, truth.links / 20);
  EXPECT_EQ(truth.wrong, truth.marked_wrong);  // what is not marked is true
}

}  // namespace
}  // namespace proverlog
