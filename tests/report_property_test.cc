// The report's figures on logs of simulated provers with faults, beside what is counted from the
// words in their lines: by the epochs that it is asked of, by a time, and where the logs end in the
// middle.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "bench/generator/random.h"
#include "rpc/convert.h"
#include "server/query/query_fixture.h"
#include "tests/testing_util/raw_jobs.h"

namespace proverlog {
namespace {

using generator::LogFormat;
using generator::Random;
using generator::Release;
using testing::IsSubsetOf;
using testing::UnorderedElementsAreArray;
using testing_util::Faulty;
using testing_util::RawAttempt;
using testing_util::RawJob;
using testing_util::RawLine;
using testing_util::SimulatedProver;
using testing_util::WordAfter;

constexpr Millis kStartupLead = 600'000;

struct Window {
  UnixMillis begin;
  UnixMillis end;
  bool Has(UnixMillis at) const { return at >= begin && at < end; }
};

int32_t EpochOf(const std::string& job) { return std::stoi(job); }

// A start of an agent process, and the first job behind it.
struct RawStart {
  std::string machine;
  UnixMillis at = 0;
  std::string first_job;

  friend bool operator<(const RawStart& a, const RawStart& b) {
    return std::tie(a.at, a.machine, a.first_job) < std::tie(b.at, b.machine, b.first_job);
  }
  friend bool operator==(const RawStart& a, const RawStart& b) = default;
};
void PrintTo(const RawStart& start, std::ostream* out) {
  *out << start.machine << " " << start.at << " " << start.first_job;
}

// The job that the line starts; empty where it starts none.
std::string StartedBy(const std::string& line) {
  if (absl::StrContains(line, " Starting job id=")) return WordAfter(line, " id=");
  return WordAfter(line, "to start new job id=");
}

std::vector<RawStart> StartsIn(const SimulatedProver& prover, const std::vector<RawLine>& lines) {
  std::vector<RawStart> starts;
  size_t log = prover.logs.size();
  for (const RawLine& line : lines) {
    const std::string job = StartedBy(line.text);
    if (absl::StrContains(line.text, "Using native BB at ")) {
      log = line.log;
      starts.push_back({prover.logs[log].machine, line.at, ""});
    } else if (!job.empty() && line.log == log && starts.back().first_job.empty()) {
      starts.back().first_job = job;
    }
  }
  return starts;
}

// By epoch: transactions whose proof was begun and not finished.
std::map<int32_t, std::set<std::string>> BegunIn(const std::vector<RawLine>& lines) {
  std::map<int32_t, std::set<std::string>> begun;
  std::set<std::string> finished;
  int32_t epoch = 0;
  for (const RawLine& line : lines) {
    const std::string job = StartedBy(line.text);
    if (absl::StrContains(job, ":PUBLIC_VM:")) epoch = EpochOf(job);
    const std::string hash = WordAfter(line.text, "Proving avm-circuit for TX ");
    if (!hash.empty()) begun[epoch].insert(hash);
    const std::string end = WordAfter(line.text, "Generated proof for avm-circuit(");
    if (!end.empty()) finished.insert(end.substr(0, end.find(')')));
  }
  for (auto& [number, hashes] : begun) {
    for (const std::string& hash : finished) hashes.erase(hash);
  }
  return begun;
}

class ReportPropertyTest : public QueryTest,
                           public testing::WithParamInterface<std::tuple<Release, uint64_t>> {
 protected:
  ReportPropertyTest() : prover_(Options()) {}

  static generator::GeneratorOptions Options() {
    auto options = Faulty(std::get<0>(GetParam()), LogFormat::kPretty, std::get<1>(GetParam()));
    options.start = kSomeDay;
    options.jobs = 240;  // more public transactions in an epoch than a report lists
    return options;
  }

  void ImportAll() {
    StreamKey key;
    for (size_t log = 0; log < prover_.logs.size(); ++log) {
      if (prover_.texts[log].empty()) continue;
      key = Archive(prover_.logs[log].machine, prover_.logs[log].name, prover_.texts[log]);
    }
    Normalize(key.prover_id);
    lines_ = RawLines(prover_);
    jobs_ = RawJobsOf(prover_);
  }

  // Leaves of each log what was written before.
  void CutAt(UnixMillis at) {
    std::vector<std::string> cut(prover_.texts.size());
    for (const RawLine& line : RawLines(prover_)) {
      if (line.at >= at) continue;
      std::string& text = cut[line.log];
      const std::string& whole = prover_.texts[line.log];
      const size_t found = whole.find(line.text, text.size());
      text = whole.substr(0, whole.find('\n', found) + 1);
    }
    prover_.texts = std::move(cut);
  }

  std::vector<int32_t> Epochs() const {
    std::set<int32_t> epochs;
    for (const auto& [id, job] : jobs_) epochs.insert(EpochOf(id));
    return {epochs.begin(), epochs.end()};
  }

  v1::GetReportResponse Report(const std::vector<int32_t>& epochs,
                               const std::vector<Window>& asked = {}) {
    v1::GetReportRequest request;
    request.mutable_epochs()->Add(epochs.begin(), epochs.end());
    if (!asked.empty()) {
      *request.mutable_start_time() = ToProtoTimestamp(asked[0].begin);
      *request.mutable_end_time() = ToProtoTimestamp(asked[0].end);
    }
    const auto report = handler_.GetReport(request);
    EXPECT_TRUE(report.ok()) << report.status();
    return *report;
  }

  void CheckReliability(const v1::GetReportResponse& report) {
    for (int i = 0; i < report.epochs_size(); ++i) {
      const v1::ReportReliability& said = report.reliability(i);
      SCOPED_TRACE(absl::StrCat("epoch ", said.epoch()));
      std::map<std::string, int32_t> states;
      int32_t first_attempt = 0;
      for (const auto& [id, job] : jobs_) {
        if (EpochOf(id) != said.epoch()) continue;
        ++states[job.ended ? job.state : "open"];
        const bool once = job.attempts.size() <= 1 && job.takebacks.empty() && printed_[id] <= 1;
        first_attempt += job.ended && job.state == "completed" && once ? 1 : 0;
      }
      EXPECT_EQ(said.jobs(),
                states["completed"] + states["failed"] + states["aborted"] + states["open"]);
      EXPECT_EQ(said.completed(), states["completed"]);
      EXPECT_EQ(said.ended(), states["completed"] + states["failed"]);
      EXPECT_EQ(said.aborted(), states["aborted"]);
      EXPECT_EQ(said.queued() + said.running() + report.epochs(i).totals().abandoned(),
                states["open"]);
      EXPECT_EQ(said.first_attempt(), first_attempt);
      EXPECT_EQ(said.enqueues(), Naming(said.epoch(), "New proving job id="));
      EXPECT_EQ(said.reuses(), Naming(said.epoch(), "Cached proving job id="));
    }
  }

  // Lines with these words and a job of the epoch.
  int32_t Naming(int32_t epoch, const std::string& words) {
    return static_cast<int32_t>(
        std::count_if(lines_.begin(), lines_.end(), [&](const RawLine& line) {
          return absl::StartsWith(WordAfter(line.text, words), absl::StrCat(epoch, ":"));
        }));
  }

  void CheckWindows(const v1::GetReportResponse& report) {
    for (const v1::ReportWindow& window : report.windows()) {
      const Window time{FromProtoTimestamp(window.start_time()),
                        FromProtoTimestamp(window.end_time())};
      SCOPED_TRACE(absl::StrCat(window.epoch(), " from ", time.begin, " to ", time.end));
      v1::JobFlow sum;
      for (const v1::TypeFlow& type : window.job_types())
        CheckFlow(report, window, time, type, sum);
      EXPECT_EQ(sum.created(), window.total().created());
      EXPECT_EQ(sum.completed(), window.total().completed());
      const v1::JobFlow& all = window.total();
      EXPECT_EQ(all.in_flight_after(), all.in_flight_before() + all.created() - all.completed() -
                                           all.failed() - all.aborted() - all.abandoned() -
                                           all.ended_unseen());
    }
  }

  void CheckFlow(const v1::GetReportResponse& report, const v1::ReportWindow& window,
                 const Window& time, const v1::TypeFlow& type, v1::JobFlow& sum) {
    SCOPED_TRACE(type.type());
    v1::JobFlow counted;
    std::vector<Millis> durations;
    for (const auto& [id, job] : jobs_) {
      if (job.type != type.type() || !IsMeant(report, window, EpochOf(id))) continue;
      if (time.Has(job.created)) counted.set_created(counted.created() + 1);
      if (!job.ended || !time.Has(*job.ended)) continue;
      if (job.state == "failed") counted.set_failed(counted.failed() + 1);
      if (job.state == "aborted") counted.set_aborted(counted.aborted() + 1);
      if (job.state != "completed") continue;
      counted.set_completed(counted.completed() + 1);
      const RawAttempt* first = nullptr;
      for (const RawAttempt& attempt : job.attempts) {
        const bool counts = attempt.how == "completed" && !attempt.ambiguous;
        if (counts && (first == nullptr || *attempt.end < *first->end)) first = &attempt;
      }
      if (first != nullptr) durations.push_back(*first->end - first->begin);
    }
    EXPECT_EQ(type.flow().created(), counted.created());
    EXPECT_EQ(type.flow().completed(), counted.completed());
    EXPECT_EQ(type.flow().failed(), counted.failed());
    EXPECT_EQ(type.flow().aborted(), counted.aborted());
    sum.set_created(sum.created() + counted.created());
    sum.set_completed(sum.completed() + counted.completed());
    EXPECT_EQ(type.has_duration(), !window.has_epoch());
    if (window.has_epoch() || durations.empty()) return;
    EXPECT_EQ(type.duration().count(), static_cast<int32_t>(durations.size()));
    EXPECT_EQ(FromProtoDuration(type.duration().max()),
              absl::Milliseconds(*std::max_element(durations.begin(), durations.end())));
  }

  static bool IsMeant(const v1::GetReportResponse& report, const v1::ReportWindow& window,
                      int32_t epoch) {
    if (window.has_epoch()) return window.epoch() == epoch;
    return std::any_of(report.epochs().begin(), report.epochs().end(),
                       [&](const auto& of) { return of.epoch() == epoch; });
  }

  void CheckOrder(const v1::GetReportResponse& report) {
    for (const v1::ReportJobType& type : report.job_types()) {
      int32_t after = 0;
      for (const auto& [id, job] : jobs_) {
        if (job.type != type.type() || job.created < 0) continue;
        if (std::find(type.epochs().begin(), type.epochs().end(), EpochOf(id)) ==
            type.epochs().end()) {
          continue;
        }
        after += std::any_of(jobs_.begin(), jobs_.end(), [&](const auto& entry) {
          const RawJob& other = entry.second;
          return EpochOf(entry.first) == EpochOf(id) && other.ended && other.state == "completed" &&
                 *other.ended <= job.created &&
                 std::find(type.fed_by().begin(), type.fed_by().end(), other.type) !=
                     type.fed_by().end();
        });
      }
      EXPECT_EQ(type.enqueued_after_feeding(), after) << type.type();
    }
  }

  // The times that the report is of.
  static std::vector<Window> TimesOf(const v1::GetReportResponse& report) {
    std::vector<Window> times;
    for (const v1::ReportWindow& window : report.windows()) {
      times.push_back(
          {FromProtoTimestamp(window.start_time()), FromProtoTimestamp(window.end_time())});
    }
    return times;
  }

  void CheckTroubles(const v1::GetReportResponse& report) {
    const std::vector<Window> times = TimesOf(report);
    std::map<std::string, int64_t> levels;
    int64_t records = 0;
    for (const RawLine& line : lines_) {
      const std::string level = line.text.substr(1, line.text.find(':') - 1);
      if (level != "WARN" && level != "ERROR" && level != "FATAL") continue;
      if (std::none_of(times.begin(), times.end(), [&](const Window& w) { return w.Has(line.at); }))
        continue;
      ++levels[level];
      ++records;
    }
    EXPECT_EQ(report.troubles().records(), records);
    EXPECT_TRUE(report.troubles().all_read());
    if (report.troubles().kinds() > report.troubles().troubles_size()) return;
    for (const v1::ReportTrouble& trouble : report.troubles().troubles()) {
      levels[trouble.level()] -= trouble.count();
    }
    for (const auto& [level, left] : levels) EXPECT_EQ(left, 0) << level;
  }

  // Those of the beginning are left out: their events are the same on all machines.
  void CheckStartups(const v1::GetReportResponse& report) {
    const std::vector<Window> times = TimesOf(report);
    std::vector<RawStart> raw, said;
    for (RawStart& start : StartsIn(prover_, lines_)) {
      if (start.at > prover_.options.start) raw.push_back(std::move(start));
    }
    for (const v1::ReportStartup& startup : report.startups()) {
      const UnixMillis at = FromProtoTimestamp(startup.steps(0).time());
      if (startup.source() != "agent.log" || at == prover_.options.start) continue;
      said.push_back({startup.machine(), at, startup.first_job()});
      EXPECT_TRUE(std::any_of(times.begin(), times.end(), [&](const Window& time) {
        return at >= time.begin - kStartupLead && at < time.end;
      })) << at;
    }
    if (report.epochs_size() == static_cast<int>(Epochs().size())) {
      EXPECT_THAT(said, UnorderedElementsAreArray(raw));
      return;
    }
    for (const RawStart& start : said) {
      if (start.first_job.empty()) continue;
      EXPECT_EQ(std::count(raw.begin(), raw.end(), start), 1) << testing::PrintToString(start);
    }
  }

  void CheckBegun(const v1::GetReportResponse& report) {
    std::map<int32_t, std::set<std::string>> begun = BegunIn(lines_);
    for (int i = 0; i < report.epochs_size(); ++i) {
      const v1::ReportTransactions& said = report.transactions(i);
      const std::set<std::string>& raw = begun[report.epochs(i).epoch()];
      const std::set<std::string> hashes(said.begun().begin(), said.begun().end());
      EXPECT_THAT(hashes, IsSubsetOf(raw)) << report.epochs(i).epoch();
      const bool open = std::any_of(
          report.epochs(i).job_types().begin(), report.epochs(i).job_types().end(),
          [](const v1::JobTypeSummary& type) {
            return type.type() == "PUBLIC_VM" && type.in_flight() + type.abandoned() > 0;
          });
      if (open) {
        EXPECT_EQ(hashes, raw) << report.epochs(i).epoch();
      }
    }
  }

  void Check(const v1::GetReportResponse& report) {
    for (const RawLine& line : lines_) {
      int32_t attempts = 0;
      const std::string id = WordAfter(line.text, " id=");
      if (absl::SimpleAtoi(WordAfter(line.text, "totalAttempts="), &attempts)) {
        printed_[id] = std::max(printed_[id], attempts);
      }
    }
    CheckReliability(report);
    CheckWindows(report);
    CheckOrder(report);
    CheckTroubles(report);
    CheckStartups(report);
    CheckBegun(report);
  }

  SimulatedProver prover_;
  std::vector<RawLine> lines_;
  std::map<std::string, RawJob> jobs_;
  std::map<std::string, int32_t> printed_;  // totalAttempts, by job
};

INSTANTIATE_TEST_SUITE_P(Provers, ReportPropertyTest,
                         testing::Combine(testing::Values(Release::k1_1, Release::k4_1,
                                                          Release::k5_2),
                                          testing::Range<uint64_t>(1, 3)));

TEST_P(ReportPropertyTest, FiguresAreThoseOfTheLines) {
  ImportAll();
  const std::vector<int32_t> epochs = Epochs();
  Check(Report(epochs));
  Check(Report({epochs.front(), epochs.back()}));
  Check(Report({epochs[1]}));
  Random random(std::get<1>(GetParam()));
  for (int i = 0; i < 3; ++i) {
    const UnixMillis begin = kSomeDay + random.Below(500'000);
    SCOPED_TRACE(begin);
    Check(Report(epochs, {{begin, begin + 1 + random.Below(200'000)}}));
  }
}

TEST_P(ReportPropertyTest, SoTheyAreWhereTheLogsEndInTheMiddle) {
  std::vector<UnixMillis> ends;
  for (const RawLine& line : RawLines(prover_)) {
    if (absl::StrContains(line.text, "Generated proof for avm-circuit(")) ends.push_back(line.at);
  }
  std::sort(ends.begin(), ends.end());
  ASSERT_GT(ends.size(), 40U);
  Random random(std::get<1>(GetParam()));
  CutAt(ends[static_cast<size_t>(21 + random.Below(4))]);
  ImportAll();
  size_t begun = 0;
  for (const auto& [epoch, hashes] : BegunIn(lines_)) begun += hashes.size();
  EXPECT_GT(begun, 0U);
  Check(Report(Epochs()));
}

}  // namespace
}  // namespace proverlog
