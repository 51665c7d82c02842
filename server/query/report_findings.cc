#include "server/query/report_findings.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "analysis/cause_table.h"
#include "rpc/convert.h"
#include "rpc/human.h"
#include "server/query/explain.h"
#include "server/query/findings.h"

namespace proverlog {
namespace {

using Report = v1::GetReportResponse;

// A type's times are compared where each epoch has at least so many.
constexpr int32_t kEnoughTimes = 5;
// Medians within this factor of each other are alike.
constexpr double kAlike = 1.1;

v1::JobCounts TotalsOf(const Report& report) {
  v1::JobCounts sum;
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    const v1::JobCounts& totals = epoch.totals();
    sum.set_jobs(sum.jobs() + totals.jobs());
    sum.set_completed(sum.completed() + totals.completed());
    sum.set_failed(sum.failed() + totals.failed());
    sum.set_retries(sum.retries() + totals.retries());
    sum.set_timeouts(sum.timeouts() + totals.timeouts());
  }
  return sum;
}

// What a type's median is in each epoch that measured enough of it.
std::map<std::string, std::vector<absl::Duration>> MediansByType(const Report& report) {
  std::map<std::string, std::vector<absl::Duration>> medians;
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    for (const v1::JobTypeSummary& type : epoch.job_types()) {
      if (type.duration().count() < kEnoughTimes) continue;
      medians[type.type()].push_back(FromProtoDuration(type.duration().p50()));
    }
  }
  return medians;
}

void Failures(const Report& report, const v1::JobCounts& totals, Findings& findings) {
  if (totals.completed() == 0 && totals.failed() == 0) {
    findings.Observe("failures", totals.jobs() == 0 ? "No job is known."
                                                    : "No job completed or failed for good.");
    return;
  }
  if (totals.failed() > 0) {
    findings.Observe("failures", absl::StrCat(Plural(totals.failed(), "job"), " of ",
                                              HumanCount(totals.jobs()), " failed for good."));
    findings.Recommend("failures", "See why, with the lines: proverlog why EPOCH.");
    findings.Judge(false, "failures", Plural(totals.failed(), "failed job"));
    return;
  }
  int32_t first_attempt = 0;
  for (const v1::ReportReliability& epoch : report.reliability()) {
    first_attempt += epoch.first_attempt();
  }
  findings.Observe("failures", absl::StrCat("No job failed for good; ", HumanCount(first_attempt),
                                            " of ", Plural(totals.completed(), "completed job"),
                                            " needed one attempt."));
  findings.Judge(true, "failures", "No failed jobs");
}

void Retries(const v1::JobCounts& totals, Findings& findings) {
  if (totals.completed() == 0 && totals.failed() == 0) return;
  if (totals.retries() == 0) {
    findings.Judge(true, "retries", "No retries");
    return;
  }
  const char* noun = totals.retries() == 1 ? " retry" : " retries";
  findings.Judge(false, "retries", absl::StrCat(HumanCount(totals.retries()), noun));
  findings.Recommend("retries",
                     absl::StrCat("The broker retried ", Plural(totals.retries(), "time"),
                                  ": see which agents failed (proverlog why EPOCH,"
                                  " proverlog machines)."));
}

// What time-outs are, and what to do about them, as `why` says it.
void TimeOuts(const Report& report, const v1::JobCounts& totals, Findings& findings) {
  if (totals.completed() == 0 && totals.failed() == 0) return;
  findings.Judge(totals.timeouts() == 0, "time-outs",
                 totals.timeouts() == 0 ? "No time-outs" : Plural(totals.timeouts(), "time-out"));
  std::map<v1::CauseKind, int64_t> causes;
  for (const v1::ReportReliability& epoch : report.reliability()) {
    for (const v1::CauseCount& cause : epoch.causes()) causes[cause.kind()] += cause.count();
  }
  for (const CauseKind kind : {CauseKind::kAgentLost, CauseKind::kTimedOut}) {
    const int64_t count = causes[ToProto(kind)];
    if (count == 0) continue;
    const CauseEntry& entry = EntryOf(kind);
    findings.Recommend("time-outs", absl::StrCat(Plural(count, "time-out"), " (", entry.name,
                                                 "): ", entry.meaning, " ", entry.remedy));
  }
}

// That nothing was wrong can be said of complete logs only.
void Troubles(const Report& report, Findings& findings) {
  const v1::ReportTroubles& troubles = report.troubles();
  if (troubles.records() > 0) {
    findings.Judge(false, "troubles",
                   absl::StrCat(Plural(troubles.records(), "record"),
                                " of level warn and above, of ", Plural(troubles.kinds(), "kind")));
  } else if (troubles.all_read() && report.completeness().complete()) {
    findings.Judge(true, "troubles", "No warnings and no error messages");
  }
}

void Transactions(const Report& report, Findings& findings) {
  for (const v1::ReportTransactions& epoch : report.transactions()) {
    const v1::ListTransactionsResponse& finished = epoch.finished();
    if (finished.transaction_count() == 0 && epoch.begun().empty()) continue;
    std::string begun;
    if (!epoch.begun().empty()) {
      begun = absl::StrCat(" and ", epoch.begun_size(), epoch.more_begun() ? " or more" : "",
                           " whose proof was begun and is not known to be finished");
    }
    findings.Observe("transactions",
                     absl::StrCat("The logs of epoch ", finished.epoch(), " name ",
                                  Plural(finished.transaction_count(), "public transaction"),
                                  " with a finished AVM proof", begun, "."));
  }
}

void TypesOfOneEpoch(const Report& report, Findings& findings) {
  if (report.epochs_size() < 2) return;
  for (const v1::ReportJobType& type : report.job_types()) {
    if (type.epochs_size() == report.epochs_size()) continue;
    const bool is_new = type.epochs(0) != report.epochs(0).epoch();
    findings.Observe("types", absl::StrCat(type.type(), is_new ? " is new in " : " is only in ",
                                           HumanEpochs(type.epochs()), "."));
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
      different.push_back(
          absl::StrCat(type, " (", HumanDuration(*low), " to ", HumanDuration(*high), ")"));
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
  if (jobs == 0) return;
  const std::string cached = reuses == 0 ? "none" : absl::StrCat(reuses);
  findings.Observe("ids",
                   absl::StrCat(Plural(jobs, "distinct job id"), ", ", Plural(enqueues, "enqueue"),
                                "; answered from the broker's cache: ", cached, "."));
}

void Startups(const Report& report, Findings& findings) {
  for (const v1::ReportStartup& startup : report.startups()) {
    if (startup.has_first_job_time()) {
      const Millis since = FromProtoTimestamp(startup.first_job_time()) -
                           FromProtoTimestamp(startup.steps(0).time());
      findings.Observe("startup", absl::StrCat(startup.source(), " of ", startup.machine(),
                                               " started its first job ",
                                               HumanDuration(absl::Milliseconds(since)),
                                               " after the first step of its start."));
    }
    for (const v1::StartupStep& step : startup.steps()) {
      if (step.kind() != "crs.downloading") continue;
      findings.Recommend(
          "crs", absl::StrCat(startup.machine(), " downloaded a reference string of ",
                              HumanCount(step.points()), " points (", HumanBytes(step.bytes()),
                              ") at its start: keep it on a volume that outlives the process."));
    }
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
                 absl::StrCat(after, " of ", Plural(fed, "job"),
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
  Findings findings(&report);
  const v1::JobCounts totals = TotalsOf(report);
  AddOutcomes(report, findings);
  Failures(report, totals, findings);
  Retries(totals, findings);
  TimeOuts(report, totals, findings);
  AddOpenJobs(report, findings);
  Order(report, findings);
  Troubles(report, findings);
  AddMachines(report, findings);
  AddParallelism(report, findings);
  TypesOfOneEpoch(report, findings);
  Consistency(report, findings);
  Transactions(report, findings);
  Ids(report, findings);
  Startups(report, findings);
  AddCapacity(report, findings);
  Completeness(report, findings);
}

}  // namespace proverlog
