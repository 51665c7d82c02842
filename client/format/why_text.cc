#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "client/format/human.h"
#include "client/format/line_text.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

using Causes = google::protobuf::RepeatedPtrField<v1::CauseCount>;

constexpr size_t kMaxWords = 300;

// "2 connection refused, 1 killed"
std::string CountsOf(const Causes& counts) {
  std::vector<std::string> parts;
  for (const v1::CauseCount& count : counts) {
    parts.push_back(absl::StrCat(HumanCount(count.count()), " ", CauseText(count.kind())));
  }
  return absl::StrJoin(parts, ", ");
}

int32_t Sum(const Causes& counts) {
  int32_t sum = 0;
  for (const v1::CauseCount& count : counts) sum += count.count();
  return sum;
}

std::string WhereText(const v1::Cause& cause) {
  if (cause.machine().empty()) {
    const bool need_not_run =
        cause.kind() == v1::CAUSE_KIND_CANCELLED || cause.kind() == v1::CAUSE_KIND_NEVER_AGAIN;
    return need_not_run ? "no log shows it running" : "no log shows which machine ran it";
  }
  return absl::StrCat("ran on ", Printable(cause.machine()), " in ",
                      Printable(cause.agent_process()));
}

std::string JobOfCause(const v1::Cause& cause) {
  if (cause.job().empty()) return "";
  std::string text = absl::StrCat("  ", cause.job(), "\n");
  std::string where = WhereText(cause);
  if (cause.attempts() > 1) {
    absl::StrAppend(&where, "; ", Plural(cause.attempts(), "attempt"),
                    cause.gave_up() ? ", no retries left" : "");
  }
  absl::StrAppend(&text, WrapItem(where));
  if (cause.has_log_end_time()) {
    absl::StrAppend(&text, WrapItem(absl::StrCat("the last record of that log is of ",
                                                 HumanTime(cause.log_end_time()), " UTC")));
  }
  return text;
}

std::string EvidenceText(const v1::Evidence& evidence) {
  const std::string place = absl::StrCat("  ", TimeOfDay(evidence.time()), " ", evidence.kind(),
                                         ", byte ", evidence.offset(), " of ");
  const std::string log = absl::StrCat(evidence.source(), " of ", evidence.machine());
  std::string text = absl::StrCat(Shorten(place + Printable(log), kMaxLineWidth), "\n");
  for (const v1::LogLine& line : evidence.lines()) {
    absl::StrAppend(&text, QuotedText(line, evidence.tells_cause() && line.is_fact()));
  }
  if (!evidence.lines_missing().empty()) {
    absl::StrAppend(&text, WrapItem(absl::StrCat("(", Printable(evidence.lines_missing()), ")")));
  }
  return text;
}

std::string HeadOfCause(const v1::Cause& cause) {
  std::string text = absl::StrCat(HumanTime(cause.time()), " UTC: ", CauseText(cause.kind()));
  if (!cause.words().empty()) {
    absl::StrAppend(&text, ": ", Shorten(Printable(cause.words()), kMaxWords));
  }
  return WrapItem(text);
}

std::string CauseParagraphs(const v1::ExplainResponse& response) {
  const v1::Cause& cause = response.cause();
  std::string text = absl::StrCat(HeadOfCause(cause), JobOfCause(cause), "\n",
                                  WrapItem(absl::StrCat("It means: ", cause.meaning())),
                                  WrapItem(absl::StrCat("To do: ", cause.remedy())));
  if (response.order_uncertain()) {
    absl::StrAppend(&text,
                    WrapItem("Another failed within a second on another machine: which was first"
                             " depends on their clocks."));
  }
  if (cause.evidence().empty()) return text;
  absl::StrAppend(&text, "\nThe lines:\n");
  for (const v1::Evidence& evidence : cause.evidence()) {
    absl::StrAppend(&text, EvidenceText(evidence));
  }
  return text;
}

bool IsWell(v1::EpochOutcome outcome) {
  return outcome == v1::EPOCH_OUTCOME_PUBLISHED || outcome == v1::EPOCH_OUTCOME_SUPERSEDED ||
         outcome == v1::EPOCH_OUTCOME_PROVEN;
}

std::string EpochCauseText(const v1::ExplainResponse& response) {
  if (!response.has_cause()) {
    if (IsWell(response.outcome())) return "Nothing failed for good.\n";
    if (response.outcome() == v1::EPOCH_OUTCOME_IN_PROGRESS) return "Nothing failed so far.\n";
    return "The reason is not in these logs.\n";
  }
  const bool well_all_the_same = IsWell(response.outcome()) && !response.cause().job().empty();
  return absl::StrCat(well_all_the_same
                          ? "The epoch went well all the same. The first that failed for good:\n"
                          : "The earliest cause:\n",
                      CauseParagraphs(response));
}

// What failed for good and what was cancelled, of which the cause's own job is not told again.
std::string FailedText(const v1::ExplainResponse& response) {
  std::string text;
  const bool has_job = response.has_cause() && !response.cause().job().empty();
  if (Sum(response.failures()) > (has_job ? 1 : 0)) {
    absl::StrAppend(
        &text, WrapItem(absl::StrCat("failed for good, in all: ", CountsOf(response.failures()))));
  }
  if (response.cancelled_after() > 0) {
    absl::StrAppend(&text, WrapItem(absl::StrCat(Plural(response.cancelled_after(), "job"),
                                                 " cancelled from then on")));
  }
  return text;
}

// What came with the cause.
std::string FollowedText(const v1::ExplainResponse& response) {
  if (!response.has_cause()) return "";
  std::string text = FailedText(response);
  if (response.unfinished() > 0 && !IsWell(response.outcome())) {
    absl::StrAppend(&text, WrapItem(absl::StrCat(Plural(response.unfinished(), "job"),
                                                 " had not ended by then")));
  }
  return text.empty() ? "" : absl::StrCat("\nWith it:\n", text);
}

// What was before the cause, or where there is none; what was overcome, and what was slow.
std::string BesideText(const v1::ExplainResponse& response) {
  std::string text = response.has_cause() ? "" : FailedText(response);
  if (response.cancelled_before() > 0) {
    absl::StrAppend(&text,
                    WrapItem(absl::StrCat(Plural(response.cancelled_before(), "job"), " cancelled",
                                          response.has_cause() ? " before it" : "")));
  }
  if (!response.setbacks().empty()) {
    absl::StrAppend(&text, WrapItem(absl::StrCat(Plural(Sum(response.setbacks()), "attempt"),
                                                 " tried again: ", CountsOf(response.setbacks()))));
  }
  if (response.restored() > 0) {
    absl::StrAppend(&text, WrapItem(absl::StrCat(
                               "the broker restarted: ", Plural(response.restored(), "job"),
                               " restored from ", HumanTime(response.restore_time()), " UTC on")));
  }
  if (response.has_slowest()) {
    const v1::SlowJob& slow = response.slowest();
    absl::StrAppend(&text, "  slowest for its type, ", HumanDuration(slow.duration()),
                    " where the median is ", HumanDuration(slow.median()), ":\n    ", slow.job(),
                    "\n");
  }
  return text.empty() ? "" : absl::StrCat("\nBeside it:\n", text);
}

std::string JobCauseText(const v1::ExplainResponse& response) {
  if (response.has_cause()) {
    return absl::StrCat(response.followed()
                            ? "It did not fail itself. Before it ended, in its epoch:\n"
                            : "The cause:\n",
                        CauseParagraphs(response));
  }
  switch (response.job().state()) {
    case v1::JOB_STATE_COMPLETED:
      return "It went well.\n";
    case v1::JOB_STATE_QUEUED:
    case v1::JOB_STATE_RUNNING:
      return "It did not fail so far.\n";
    default:
      return "The reason is not in these logs.\n";
  }
}

std::string JobSetbacksText(const v1::ExplainResponse& response) {
  if (response.job_setbacks().empty()) return "";
  std::string text = "\nTried again after:\n";
  for (const v1::Cause& setback : response.job_setbacks()) {
    absl::StrAppend(&text, HeadOfCause(setback), WrapItem(WhereText(setback)));
  }
  return text;
}

std::string MissingLogText(v1::MissingLog log) {
  switch (log) {
    case v1::MISSING_LOG_PROVER_NODE:
      return "the prover node's log: how its work at the epoch ended, and why it cancelled jobs";
    case v1::MISSING_LOG_BROKER:
      return "the broker's log: which jobs failed for good, timed out or were cancelled";
    case v1::MISSING_LOG_BROKER_BEFORE_RESTART:
      return "the broker's log from before it restarted: why jobs failed that it restored as"
             " rejected";
    case v1::MISSING_LOG_AGENT:
      return "the log of the agent that ran the job: which machine it was, and what was printed"
             " there";
    default:
      return HumanEnum(v1::MissingLog_Name(log), "MISSING_LOG_");
  }
}

std::string MissingText(const v1::ExplainResponse& response) {
  std::string text;
  for (const int log : response.missing_logs()) {
    absl::StrAppend(&text, WrapItem(MissingLogText(static_cast<v1::MissingLog>(log))));
  }
  const std::string gaps = GapsText(response.completeness());
  for (const absl::string_view gap : absl::StrSplit(gaps, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&text, WrapItem(gap));
  }
  return text.empty() ? "" : absl::StrCat("\nNot in these logs:\n", text);
}

}  // namespace

std::string CauseText(v1::CauseKind kind) {
  return HumanEnum(v1::CauseKind_Name(kind), "CAUSE_KIND_");
}

std::string WhyText(const v1::ExplainResponse& response) {
  const std::string begin = CompletenessText(response.completeness());
  if (response.has_job()) {
    return absl::StrCat(begin, response.job().id(), "\n", StateText(response.job().state()),
                        "; its epoch: ", OutcomeText(response.outcome()), "\n\n",
                        JobCauseText(response), JobSetbacksText(response), MissingText(response));
  }
  return absl::StrCat(begin, "Epoch ", response.epoch(), " of ", Printable(response.prover()), ": ",
                      OutcomeText(response.outcome()), "\n",
                      WrapText(CountsText(response.totals())), "\n", EpochCauseText(response),
                      FollowedText(response), BesideText(response), MissingText(response));
}

}  // namespace proverlog
