#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/format/human.h"
#include "client/format/line_text.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

// The names, shortened so that they fit into a line with what else is in it.
std::string Beside(absl::string_view rest, const std::string& machine, const std::string& source) {
  constexpr size_t kLeast = 10;
  const size_t width = DisplayWidth(rest);
  const size_t room = width + kLeast < kMaxLineWidth ? kMaxLineWidth - width : kLeast;
  return Shorten(Printable(absl::StrCat(machine, " ", source)), room);
}

std::string AttemptText(const v1::JobAttempt& attempt) {
  std::string text =
      absl::StrCat(": ", attempt.has_start_time() ? TimeOfDay(attempt.start_time()) : "?", " to ",
                   attempt.has_end_time() ? TimeOfDay(attempt.end_time()) : "?");
  if (attempt.has_end_time()) absl::StrAppend(&text, ", ", attempt.ended_by());
  if (attempt.ambiguous()) absl::StrAppend(&text, " (which attempt ended is a guess)");
  constexpr absl::string_view kIndent = "  ";
  return absl::StrCat(
      kIndent, Beside(absl::StrCat(kIndent, text), attempt.machine(), attempt.agent_process()),
      text, "\n");
}

std::string FactText(const v1::JobFact& fact) {
  std::string text = absl::StrCat(TimeOfDay(fact.time()), "  ", fact.kind());
  if (fact.attempt() > 0) absl::StrAppend(&text, " ", fact.attempt());
  if (fact.has_will_retry()) {
    absl::StrAppend(&text, fact.will_retry() ? ", will retry" : ", will not retry");
  }
  absl::StrAppend(&text, "  ");
  const std::string place = absl::StrCat(" at byte ", fact.offset());
  absl::StrAppend(&text, Beside(absl::StrCat(text, place), fact.machine(), fact.source()), place);
  if (!fact.detail().empty()) absl::StrAppend(&text, ": ", fact.detail());
  std::string result = absl::StrCat(Shorten(Printable(text), kMaxLineWidth), "\n");
  for (const v1::LogLine& line : fact.lines()) {
    absl::StrAppend(&result, QuotedText(line, line.is_fact() && !fact.detail().empty()));
  }
  if (!fact.lines_missing().empty()) {
    absl::StrAppend(&result, "    (", Printable(fact.lines_missing()), ")\n");
  }
  return result;
}

// What it failed of, as far as it tells itself.
std::string CausesText(const v1::GetJobResponse& response) {
  std::string text;
  if (response.has_cause()) {
    absl::StrAppend(&text, WrapText(absl::StrCat("Cause: ", CauseText(response.cause().kind()),
                                                 ". ", response.cause().meaning())));
    absl::StrAppend(&text, WrapText(absl::StrCat("To do: ", response.cause().remedy())));
  }
  for (const v1::Cause& setback : response.setbacks()) {
    absl::StrAppend(
        &text,
        WrapText(absl::StrCat(
            "Tried again after ", TimeOfDay(setback.time()), ": ", CauseText(setback.kind()),
            setback.machine().empty() ? "" : absl::StrCat(" on ", Printable(setback.machine())))));
  }
  return text;
}

// What is printed of a step's sizes.
std::string StepSizesText(const v1::CircuitRun& run) {
  std::vector<std::string> sizes;
  if (run.input_bytes() > 0) sizes.push_back("input " + HumanBytes(run.input_bytes()));
  if (run.output_bytes() > 0) sizes.push_back("output " + HumanBytes(run.output_bytes()));
  if (run.circuit_size() > 0) sizes.push_back(HumanCount(run.circuit_size()) + " gates");
  return sizes.empty() ? "" : absl::StrCat(": ", absl::StrJoin(sizes, ", "));
}

std::string CircuitRunsText(const v1::GetJobResponse& response) {
  if (response.circuit_runs().empty()) return "";
  std::string text = "\nSteps that can only be its own:\n";
  for (const v1::CircuitRun& run : response.circuit_runs()) {
    absl::StrAppend(&text, "  ", TimeOfDay(run.end_time()), "  ", run.step(), " of ",
                    Printable(run.circuit()), " in ", HumanDuration(run.duration()),
                    StepSizesText(run), "\n");
    if (!run.tx().empty()) absl::StrAppend(&text, "    of tx ", Printable(run.tx()), "\n");
  }
  return text;
}

}  // namespace

std::string StateText(v1::JobState state) {
  return HumanEnum(v1::JobState_Name(state), "JOB_STATE_");
}

std::string NextPageText(const std::string& token) {
  if (token.empty()) return "";
  return absl::StrCat("There are more; the next page: --page-token ", token, "\n");
}

std::string JobText(const v1::GetJobResponse& response) {
  const v1::Job& job = response.job();
  std::string text = absl::StrCat(CompletenessText(response.completeness()), job.id(), "\n",
                                  StateText(job.state()));
  if (!job.failure().empty()) absl::StrAppend(&text, ": ", Printable(job.failure()));
  if (job.never_again()) {
    absl::StrAppend(
        &text,
        "\nIt was aborted and then asked for again, and the broker answered from its"
        " cache:\nup to Aztec 4.1.2 it is never proven again, and its epoch cannot be.");
  }
  absl::StrAppend(&text, "\n", Plural(job.attempts(), "attempt"), ", ", job.retries(),
                  job.retries() == 1 ? " retry, " : " retries, ",
                  Plural(job.timeouts(), "time-out"));
  if (job.has_duration()) absl::StrAppend(&text, "; proving took ", HumanDuration(job.duration()));
  absl::StrAppend(&text, "\n", CausesText(response), "\nAttempts that an agent's log shows:\n");
  for (const v1::JobAttempt& attempt : response.attempts()) {
    absl::StrAppend(&text, AttemptText(attempt));
  }
  if (response.attempts().empty()) absl::StrAppend(&text, "  none\n");
  absl::StrAppend(&text, CircuitRunsText(response));
  if (response.facts().empty()) return text;
  absl::StrAppend(&text, "\nWhat the logs say (times of ",
                  HumanTime(response.facts(0).time()).substr(0, 10), ", UTC):\n");
  for (const v1::JobFact& fact : response.facts()) absl::StrAppend(&text, FactText(fact));
  if (response.more()) absl::StrAppend(&text, "There is more; these are the first.\n");
  return text;
}

}  // namespace proverlog
