#include "absl/strings/str_cat.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

using Align = Table::Align;

// Short enough for a table, and long enough for `proverlog job`.
std::string ShortId(const v1::Job& job) {
  constexpr size_t kHashShown = 12;
  return job.id().substr(0, job.id().rfind(':') + 1 + kHashShown);
}

std::string TimeOfDay(const google::protobuf::Timestamp& timestamp) {
  constexpr size_t kDateLength = 11;
  return HumanTime(timestamp).substr(kDateLength);
}

std::string AttemptText(const v1::JobAttempt& attempt) {
  std::string text = absl::StrCat("  ", attempt.machine(), " ", attempt.agent_process(), ": ");
  absl::StrAppend(&text, attempt.has_start_time() ? TimeOfDay(attempt.start_time()) : "?", " to ",
                  attempt.has_end_time() ? TimeOfDay(attempt.end_time()) : "?");
  if (attempt.has_end_time()) absl::StrAppend(&text, ", ", attempt.ended_by());
  if (attempt.ambiguous()) absl::StrAppend(&text, " (which attempt ended is a guess)");
  return absl::StrCat(Shorten(Printable(text), kMaxLineWidth), "\n");
}

std::string FactText(const v1::JobFact& fact) {
  std::string text = absl::StrCat(TimeOfDay(fact.time()), "  ", fact.kind());
  if (fact.attempt() > 0) absl::StrAppend(&text, " ", fact.attempt());
  if (fact.has_will_retry()) {
    absl::StrAppend(&text, fact.will_retry() ? ", will retry" : ", will not retry");
  }
  absl::StrAppend(&text, "  ", fact.machine(), " ", fact.source(), " at byte ", fact.offset());
  if (!fact.detail().empty()) absl::StrAppend(&text, ": ", fact.detail());
  std::string result = absl::StrCat(Shorten(Printable(text), kMaxLineWidth), "\n");
  for (const v1::LogLine& line : fact.lines()) {
    const std::string mark = line.is_fact() ? "  > " : "    ";
    absl::StrAppend(&result, Shorten(absl::StrCat(mark, Printable(line.text())), kMaxLineWidth),
                    "\n");
  }
  return result;
}

}  // namespace

std::string StateText(v1::JobState state) {
  switch (state) {
    case v1::JOB_STATE_QUEUED:
      return "queued";
    case v1::JOB_STATE_RUNNING:
      return "running";
    case v1::JOB_STATE_COMPLETED:
      return "completed";
    case v1::JOB_STATE_FAILED:
      return "failed";
    case v1::JOB_STATE_ABORTED:
      return "aborted";
    default:
      return "unknown";
  }
}

std::string JobsText(const v1::ListJobsResponse& response) {
  Table table({{"JOB", Align::kLeft},
               {"STATE", Align::kLeft},
               {"STARTED", Align::kLeft},
               {"PROVING"},
               {"ATTEMPTS"},
               {"MACHINE", Align::kLeft}});
  for (const v1::Job& job : response.jobs()) {
    table.AddRow({ShortId(job), StateText(job.state()),
                  job.has_start_time() ? TimeOfDay(job.start_time()) : "-",
                  job.has_duration() ? HumanDuration(job.duration()) : "-",
                  job.attempts() == 0 ? "-" : HumanCount(job.attempts()),
                  job.machine().empty() ? "-" : job.machine()});
  }
  std::string text = table.ToString();
  if (!response.next_page_token().empty()) {
    absl::StrAppend(&text, "There are more; the next page: --page-token ",
                    response.next_page_token(), "\n");
  }
  return text;
}

std::string JobText(const v1::GetJobResponse& response) {
  const v1::Job& job = response.job();
  std::string text = absl::StrCat(job.id(), "\n", StateText(job.state()));
  if (!job.failure().empty()) absl::StrAppend(&text, ": ", Printable(job.failure()));
  absl::StrAppend(&text, "\n", Plural(job.attempts(), "attempt"), ", ", job.retries(),
                  job.retries() == 1 ? " retry, " : " retries, ",
                  Plural(job.timeouts(), "time-out"));
  if (job.has_duration()) absl::StrAppend(&text, "; proving took ", HumanDuration(job.duration()));
  absl::StrAppend(&text, "\n\nAttempts that an agent's log shows:\n");
  for (const v1::JobAttempt& attempt : response.attempts()) {
    absl::StrAppend(&text, AttemptText(attempt));
  }
  if (response.attempts().empty()) absl::StrAppend(&text, "  none\n");
  if (response.facts().empty()) return text;
  absl::StrAppend(&text, "\nWhat the logs say (times of ",
                  HumanTime(response.facts(0).time()).substr(0, 10), ", UTC):\n");
  for (const v1::JobFact& fact : response.facts()) absl::StrAppend(&text, FactText(fact));
  return text;
}

}  // namespace proverlog
