#include "server/query/report_findings.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using Report = v1::GetReportResponse;

// A type's times are compared where each epoch has at least so many.
constexpr int32_t kEnoughTimes = 5;
// Medians within this factor of each other are alike.
constexpr double kAlike = 1.1;
// More jobs at once than this are worth a word.
constexpr int32_t kManyAtOnce = 10;

class Findings {
 public:
  explicit Findings(Report& report) : report_(report) {}

  void Observe(const char* rule, const std::string& text) {
    Add(v1::FINDING_KIND_OBSERVATION, rule, text);
  }
  // A sign of health, or of trouble.
  void Judge(bool healthy, const char* rule, const std::string& text) {
    Add(healthy ? v1::FINDING_KIND_HEALTHY : v1::FINDING_KIND_UNHEALTHY, rule, text);
  }
  void Recommend(const char* rule, const std::string& text) {
    Add(v1::FINDING_KIND_RECOMMENDATION, rule, text);
  }

 private:
  void Add(v1::FindingKind kind, const char* rule, const std::string& text) {
    v1::ReportFinding& finding = *report_.add_findings();
    finding.set_kind(kind);
    finding.set_rule(rule);
    finding.set_text(text);
  }

  Report& report_;
};

// "1 job", "2 jobs"
std::string Count(int64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string Retries(int64_t count) {
  return absl::StrCat(count, count == 1 ? " retry" : " retries");
}

// "epoch 3054", "epochs 3054 and 3055"
template <typename Numbers>
std::string EpochList(const Numbers& numbers) {
  std::vector<std::string> names;
  for (const int32_t number : numbers) names.push_back(absl::StrCat(number));
  if (names.size() == 1) return absl::StrCat("epoch ", names.front());
  const std::string last = names.back();
  names.pop_back();
  return absl::StrCat("epochs ", absl::StrJoin(names, ", "), " and ", last);
}

v1::JobCounts TotalsOf(const Report& report) {
  v1::JobCounts sum;
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    const v1::JobCounts& totals = epoch.totals();
    sum.set_jobs(sum.jobs() + totals.jobs());
    sum.set_completed(sum.completed() + totals.completed());
    sum.set_failed(sum.failed() + totals.failed());
    sum.set_in_flight(sum.in_flight() + totals.in_flight());
    sum.set_abandoned(sum.abandoned() + totals.abandoned());
    sum.set_retries(sum.retries() + totals.retries());
    sum.set_timeouts(sum.timeouts() + totals.timeouts());
  }
  return sum;
}

double Seconds(const google::protobuf::Duration& duration) {
  constexpr double kNanos = 1e9;
  return static_cast<double>(duration.seconds()) + static_cast<double>(duration.nanos()) / kNanos;
}

// What a type's median is in each epoch that measured enough of it.
std::map<std::string, std::vector<double>> MediansByType(const Report& report) {
  std::map<std::string, std::vector<double>> medians;
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    for (const v1::JobTypeSummary& type : epoch.job_types()) {
      if (type.duration().count() < kEnoughTimes) continue;
      medians[type.type()].push_back(Seconds(type.duration().p50()));
    }
  }
  return medians;
}

void FailuresAndRetries(const Report& report, const v1::JobCounts& totals, Findings& findings) {
  int32_t first_attempt = 0;
  for (const v1::ReportReliability& epoch : report.reliability()) {
    first_attempt += epoch.first_attempt();
  }
  if (totals.completed() == 0 && totals.failed() == 0) {
    findings.Observe("no-end", "No job ended.");
    return;
  }
  if (totals.failed() == 0) {
    findings.Observe("failures", absl::StrCat("No job failed for good; ", first_attempt, " of ",
                                              Count(totals.completed(), "completed job"),
                                              " needed one attempt."));
  } else {
    findings.Observe("failures", absl::StrCat(Count(totals.failed(), "job"), " of ", totals.jobs(),
                                              " failed for good."));
    findings.Recommend("failures", "See why, with the lines: proverlog why EPOCH.");
  }
  findings.Judge(totals.failed() == 0, "failures",
                 absl::StrCat(totals.failed() == 0 ? "No" : absl::StrCat(totals.failed()).c_str(),
                              " failed jobs"));
  findings.Judge(totals.retries() == 0, "retries",
                 totals.retries() == 0 ? "No retries" : Retries(totals.retries()));
  findings.Judge(totals.timeouts() == 0, "time-outs",
                 totals.timeouts() == 0 ? "No time-outs" : Count(totals.timeouts(), "time-out"));
  if (totals.retries() > 0) {
    findings.Recommend("retries",
                       absl::StrCat("The broker retried ", Count(totals.retries(), "time"),
                                    ": see which agents failed (proverlog why EPOCH,"
                                    " proverlog machines)."));
  }
  if (totals.timeouts() > 0) {
    findings.Recommend("time-outs",
                       absl::StrCat(Count(totals.timeouts(), "time-out"),
                                    ": an agent was lost or cut off; see its machine's memory and"
                                    " network at that time."));
  }
}

// That nothing was wrong can be said of complete logs only.
void Troubles(const Report& report, Findings& findings) {
  const v1::ReportTroubles& troubles = report.troubles();
  if (troubles.records() > 0) {
    findings.Judge(false, "troubles",
                   absl::StrCat(Count(troubles.records(), "record"),
                                " of level warn and above, of ", Count(troubles.kinds(), "kind")));
  } else if (troubles.all_read() && report.completeness().complete()) {
    findings.Judge(true, "troubles", "No warnings and no error messages");
  }
}

void Transactions(const Report& report, Findings& findings) {
  for (const v1::ReportTransactions& epoch : report.transactions()) {
    const v1::ListTransactionsResponse& finished = epoch.finished();
    if (finished.transaction_count() == 0 && epoch.begun().empty()) continue;
    findings.Observe("transactions",
                     absl::StrCat("The logs of epoch ", finished.epoch(), " name ",
                                  Count(finished.transaction_count(), "public transaction"),
                                  " with a finished AVM proof and ", epoch.begun_size(),
                                  epoch.more_begun() ? " or more" : "", " whose proof was begun."));
  }
}

void OpenJobs(const Report& report, const v1::JobCounts& totals, Findings& findings) {
  const bool goes_on = std::any_of(report.epochs().begin(), report.epochs().end(),
                                   [](const v1::GetEpochSummaryResponse& epoch) {
                                     return epoch.outcome() == v1::EPOCH_OUTCOME_IN_PROGRESS;
                                   });
  const int32_t open = totals.in_flight() + totals.abandoned();
  if (open == 0) {
    findings.Judge(true, "open-jobs", "Every job that was enqueued has ended");
  } else if (goes_on) {
    findings.Observe("open-jobs", absl::StrCat(Count(open, "job"), " had not ended yet."));
  } else {
    findings.Judge(false, "open-jobs", absl::StrCat(Count(open, "job"), " never ended"));
    findings.Recommend("open-jobs", absl::StrCat("Look for what became of ", Count(open, "job"),
                                                 " without an end: proverlog jobs --epoch EPOCH"
                                                 " --state running."));
  }
}

void Outcomes(const Report& report, Findings& findings) {
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    const v1::EpochOutcome outcome = epoch.outcome();
    const std::string name = absl::StrCat("Epoch ", epoch.epoch());
    if (outcome == v1::EPOCH_OUTCOME_PROVEN || outcome == v1::EPOCH_OUTCOME_PUBLISHED) {
      findings.Judge(true, "outcome", absl::StrCat(name, " was proven up to its root"));
    } else if (outcome == v1::EPOCH_OUTCOME_FAILED || outcome == v1::EPOCH_OUTCOME_TIMED_OUT ||
               outcome == v1::EPOCH_OUTCOME_ABORTED) {
      findings.Judge(false, "outcome", absl::StrCat(name, " was not proven"));
    } else if (outcome == v1::EPOCH_OUTCOME_INCOMPLETE) {
      findings.Observe("outcome", absl::StrCat(name, ": the logs do not show how it ended."));
    }
  }
}

void Parallelism(const Report& report, Findings& findings) {
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    for (const v1::JobTypeSummary& type : epoch.job_types()) {
      if (type.max_parallel() < kManyAtOnce) continue;
      findings.Observe("parallelism",
                       absl::StrCat("Up to ", type.max_parallel(), " ", type.type(),
                                    " jobs ran at once in epoch ", epoch.epoch(), "."));
    }
  }
}

void TypesOfOneEpoch(const Report& report, Findings& findings) {
  if (report.epochs_size() < 2) return;
  for (const v1::ReportJobType& type : report.job_types()) {
    if (type.epochs_size() == report.epochs_size()) continue;
    const bool is_new = type.epochs(0) != report.epochs(0).epoch();
    findings.Observe("types", absl::StrCat(type.type(), is_new ? " is new in " : " is only in ",
                                           EpochList(type.epochs()), "."));
  }
}

void Consistency(const Report& report, Findings& findings) {
  std::vector<std::string> alike;
  std::vector<std::string> different;
  for (const auto& [type, medians] : MediansByType(report)) {
    if (medians.size() < 2) continue;
    const auto [low, high] = std::minmax_element(medians.begin(), medians.end());
    if (*high <= *low * kAlike) {
      alike.push_back(type);
    } else {
      different.push_back(absl::StrFormat("%s (%.3g to %.3g s)", type, *low, *high));
    }
  }
  if (!alike.empty()) {
    findings.Observe("consistency", absl::StrCat("The median times of ", absl::StrJoin(alike, ", "),
                                                 " differ by at most 10 % between the epochs."));
  }
  if (!different.empty()) {
    findings.Observe("consistency", absl::StrCat("The median times differ by more than 10 % between"
                                                 " the epochs: ",
                                                 absl::StrJoin(different, ", "), "."));
    findings.Recommend("consistency",
                       "Set the epochs side by side, with intervals: proverlog compare"
                       " epoch=A epoch=B.");
  }
}

void Ids(const Report& report, Findings& findings) {
  int64_t jobs = 0;
  int64_t enqueues = 0;
  int64_t reuses = 0;
  for (const v1::ReportReliability& epoch : report.reliability()) {
    jobs += epoch.jobs();
    enqueues += epoch.enqueues();
    reuses += epoch.reuses();
  }
  const std::string cached = reuses == 0 ? "none" : absl::StrCat(reuses);
  findings.Observe("ids",
                   absl::StrCat(Count(jobs, "distinct job id"), ", ", Count(enqueues, "enqueue"),
                                "; answered from the broker's cache: ", cached, "."));
}

void Queues(const Report& report, Findings& findings) {
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    for (const v1::JobTypeSummary& type : epoch.job_types()) {
      const bool is_known =
          type.duration().count() >= kEnoughTimes && type.queue_wait().count() >= kEnoughTimes;
      if (!is_known || Seconds(type.queue_wait().p50()) <= Seconds(type.duration().p50())) continue;
      findings.Recommend(
          "capacity",
          absl::StrFormat("In epoch %d half of the %s jobs waited %.3g s or more, longer than the"
                          " median proof took (%.3g s): more agents would shorten the epoch.",
                          epoch.epoch(), type.type(), Seconds(type.queue_wait().p50()),
                          Seconds(type.duration().p50())));
    }
  }
}

void Startups(const Report& report, Findings& findings) {
  for (const v1::ReportStartup& startup : report.startups()) {
    const UnixMillis begin = FromProtoTimestamp(startup.steps(0).time());
    if (startup.has_first_job_time()) {
      constexpr double kMillis = 1000;
      findings.Observe(
          "startup",
          absl::StrFormat(
              "%s of %s started its first job %.3g s after the first line of its start.",
              startup.source(), startup.machine(),
              static_cast<double>(FromProtoTimestamp(startup.first_job_time()) - begin) / kMillis));
    }
    for (const v1::StartupStep& step : startup.steps()) {
      if (step.kind() != "crs.downloading") continue;
      constexpr double kMegabyte = 1e6;
      findings.Recommend(
          "crs", absl::StrFormat("%s downloaded a reference string of %d points (%.3g MB) at its"
                                 " start: keep it on a volume that outlives the process.",
                                 startup.machine(), step.points(),
                                 static_cast<double>(step.bytes()) / kMegabyte));
    }
  }
}

// Which machine ran which epoch, and whether two epochs ran at once.
void Machines(const Report& report, Findings& findings) {
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    std::vector<std::string> shares;
    for (const v1::MachineShare& machine : epoch.machines()) {
      shares.push_back(absl::StrFormat("%s (%d of its attempts, %.0f %%)", machine.machine(),
                                       machine.started(), machine.share() * 100));
    }
    if (shares.empty()) {
      findings.Observe("machines", absl::StrCat("Epoch ", epoch.epoch(),
                                                ": no agent's log tells which machine ran it."));
    } else {
      findings.Observe("machines", absl::StrCat("Epoch ", epoch.epoch(), " ran on ",
                                                absl::StrJoin(shares, ", "), "."));
    }
  }
  for (int i = 1; i < report.epochs_size(); ++i) {
    const v1::GetEpochSummaryResponse& before = report.epochs(i - 1);
    const v1::GetEpochSummaryResponse& epoch = report.epochs(i);
    if (!before.has_last_time() || !epoch.has_first_time()) continue;
    const UnixMillis pause =
        FromProtoTimestamp(epoch.first_time()) - FromProtoTimestamp(before.last_time());
    constexpr double kMillis = 1000;
    findings.Observe(
        "overlap",
        pause >= 0
            ? absl::StrFormat("Epoch %d began %.3g s after the last instant of epoch %d.",
                              epoch.epoch(), static_cast<double>(pause) / kMillis, before.epoch())
            : absl::StrFormat("Epochs %d and %d overlapped by %.3g s.", before.epoch(),
                              epoch.epoch(), static_cast<double>(-pause) / kMillis));
  }
}

void Order(const Report& report, Findings& findings) {
  int32_t fed = 0;
  int32_t after = 0;
  for (const v1::ReportJobType& type : report.job_types()) {
    if (type.fed_by().empty()) continue;
    fed += type.enqueued();
    after += type.enqueued_after_feeding();
  }
  if (fed == 0) return;
  findings.Judge(after == fed, "order",
                 absl::StrCat(after, " of ", Count(fed, "job"),
                              " that take other proofs were enqueued after such a proof was done"));
}

void Completeness(const Report& report, Findings& findings) {
  if (report.completeness().complete()) return;
  findings.Judge(false, "completeness", "Not every log is complete: figures may change");
  findings.Recommend("completeness",
                     "See which logs are late, silent or lost (below), and send what is missing.");
}

}  // namespace

void AddFindings(v1::GetReportResponse& report) {
  Findings findings(report);
  const v1::JobCounts totals = TotalsOf(report);
  Outcomes(report, findings);
  FailuresAndRetries(report, totals, findings);
  OpenJobs(report, totals, findings);
  Order(report, findings);
  Troubles(report, findings);
  Machines(report, findings);
  Parallelism(report, findings);
  TypesOfOneEpoch(report, findings);
  Consistency(report, findings);
  Transactions(report, findings);
  Ids(report, findings);
  Startups(report, findings);
  Queues(report, findings);
  Completeness(report, findings);
}

}  // namespace proverlog
