#include "client/explain/explanation.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "analysis/diagnosis.h"
#include "analysis/epoch_summary.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using Align = Table::Align;

constexpr size_t kMaxDetailedEpochs = 5;
constexpr size_t kMaxUnknownShown = 5;
constexpr size_t kSecondsLength = 8;  // of "03:00:46.633"

struct ExplainedEpoch {
  v1::GetEpochSummaryResponse summary;
  Diagnosis diagnosis;
};

std::string WritersText(const std::set<Writer>& writers) {
  std::vector<std::string> names;
  if (writers.count(Writer::kBroker) > 0) names.push_back("broker");
  if (writers.count(Writer::kNode) > 0) names.push_back("node");
  if (writers.count(Writer::kAgent) > 0) names.push_back("agent");
  return names.empty() ? "-" : absl::StrJoin(names, ", ");
}

bool AllDatesKnown(const LogReading& reading) {
  return std::all_of(reading.logs.begin(), reading.logs.end(),
                     [](const ExplainedLog& log) { return log.dates_are_known; });
}

std::string LogsText(const LogReading& reading) {
  Table table({{"LOG", Align::kLeft},
               {"MACHINE", Align::kLeft},
               {"WRITTEN BY", Align::kLeft},
               {"LINES"},
               {"RECORDS"},
               {"UNKNOWN"},
               {"FIRST", Align::kTime},
               {"LAST", Align::kTime}});
  std::string remarks;
  for (const ExplainedLog& log : reading.logs) {
    const auto time = [&](std::optional<UnixMillis> at) {
      return at ? TimeOfDay(absl::FromUnixMillis(*at)).substr(0, kSecondsLength) : std::string("-");
    };
    table.AddRow({log.name, log.machine == log.name ? "-" : log.machine, WritersText(log.writers),
                  HumanCount(log.counts.lines), HumanCount(log.counts.records),
                  HumanCount(log.counts.not_understood), time(log.counts.first_at),
                  time(log.counts.last_at)});
    if (!log.damage.ok()) {
      absl::StrAppend(&remarks, "Only its beginning could be read: ", log.damage.message(), "\n");
    }
    if (!log.dating_remark.empty()) {
      absl::StrAppend(&remarks, WrapText(absl::StrCat(log.name, ": ", log.dating_remark)));
    }
  }
  return absl::StrCat(table.ToString(), remarks, "Aztec version: ", reading.versions.ToString(),
                      reading.versions.is_printed()
                          ? "\n"
                          : " (by the messages and job types; the logs do not print it)\n");
}

std::string EpochsText(const std::vector<ExplainedEpoch>& epochs, bool with_date) {
  google::protobuf::RepeatedPtrField<v1::Epoch> rows;
  for (const ExplainedEpoch& epoch : epochs) {
    v1::Epoch& row = *rows.Add();
    row.set_epoch(epoch.summary.epoch());
    row.set_outcome(epoch.summary.outcome());
    *row.mutable_totals() = epoch.summary.totals();
    if (!epoch.summary.has_first_time()) continue;
    *row.mutable_first_time() = epoch.summary.first_time();
    *row.mutable_wall_time() = epoch.summary.wall_time();
  }
  return EpochsTable(rows, with_date);
}

std::string ProcessText(const Origin& origin) {
  if (origin.process == origin.machine) return origin.machine;
  return absl::StrCat(origin.machine, " (", origin.process, ")");
}

// The first cause, with what it dragged along.
std::string WentWrong(const ExplainedEpoch& epoch) {
  const Diagnosis& diagnosis = epoch.diagnosis;
  if (!diagnosis.first_cause) return "";
  const Fact& fact = diagnosis.first_cause->fact;
  std::string text =
      absl::StrCat("\nWhat went wrong first:\n  ", TimeOfDay(absl::FromUnixMillis(fact.at)), " on ",
                   ProcessText(fact.origin), ": ", Printable(fact.detail), "\n  ",
                   diagnosis.first_cause->job.ToString(), "\n");
  if (diagnosis.failed > 1) {
    absl::StrAppend(&text, "  ", Plural(diagnosis.failed - 1, "other job"), " failed for good\n");
  }
  if (diagnosis.aborted_after > 0) {
    absl::StrAppend(&text, "  ", Plural(diagnosis.aborted_after, "job"), " cancelled after it\n");
  }
  return text;
}

std::string Hidden(const ExplainedEpoch& epoch, bool has_agent_log) {
  const Diagnosis& diagnosis = epoch.diagnosis;
  std::string text;
  if (diagnosis.hidden_timeout_jobs > 0) {
    absl::StrAppend(&text, "  ", Plural(diagnosis.hidden_timeouts, "time-out"), " of ",
                    Plural(diagnosis.hidden_timeout_jobs, "job"),
                    " that the broker reports with too few totalAttempts, such as\n  ",
                    diagnosis.hidden_example->ToString(), "\n");
  }
  if (diagnosis.never_again > 0) {
    absl::StrAppend(&text, "  ", Plural(diagnosis.never_again, "job"),
                    " aborted, then asked for again and answered from the broker's cache: up to"
                    " Aztec 4.1.2\n  they are never proven again, such as\n  ",
                    diagnosis.never_again_example->ToString(), "\n");
  }
  if (has_agent_log && diagnosis.unlogged_attempts > 0) {
    absl::StrAppend(&text, "  ", Plural(diagnosis.unlogged_attempts, "attempt"),
                    " that no agent's log here shows: an agent died with it, or its log is"
                    " missing\n");
  }
  return text.empty() ? "" : absl::StrCat("\nWhat hides in it:\n", text);
}

std::string EpochText(const ExplainedEpoch& epoch, bool has_agent_log) {
  const v1::GetEpochSummaryResponse& summary = epoch.summary;
  return absl::StrCat(
      "\n",
      WrapText(absl::StrCat("Epoch ", summary.epoch(), ": ", OutcomeText(summary.outcome()), "; ",
                            CountsText(summary.totals()))),
      SessionsText(summary), summary.job_types().empty() ? "" : JobTypesText(summary),
      WentWrong(epoch), Hidden(epoch, has_agent_log));
}

// A log that would tell more, and how to add it.
struct MissingLog {
  Writer writer;
  const char* name;
  const char* unknown_without;
  const char* service;
};

constexpr MissingLog kMissingLogs[] = {
    {Writer::kBroker, "broker",
     "queueing times, retries, time-outs and which jobs failed for good are unknown",
     "prover-broker"},
    {Writer::kAgent, "agent", "proving times and machines are unknown", "prover-agent"},
};

std::string MissingText(const LogReading& reading, const std::vector<std::string>& paths) {
  std::string text;
  for (const MissingLog& missing : kMissingLogs) {
    if (reading.HasWriter(missing.writer)) continue;
    const bool from_pipe = std::find(paths.begin(), paths.end(), "-") != paths.end();
    const std::string command =
        from_pipe ? absl::StrCat("docker compose logs prover ", missing.service,
                                 " | proverlog explain ", absl::StrJoin(paths, " "))
                  : absl::StrCat("docker compose logs ", missing.service, " | proverlog explain ",
                                 absl::StrJoin(paths, " "), " -");
    absl::StrAppend(&text, "  no ", missing.name, " log: ", missing.unknown_without, "\n    ",
                    command, "\n");
  }
  if (!AllDatesKnown(reading)) {
    absl::StrAppend(&text,
                    "  no dates: lines carry a time of day only; times are as the machine wrote"
                    " them\n");
  }
  return text.empty() ? "" : absl::StrCat("\nWhat is missing:\n", text);
}

// The most frequent messages that are not in the catalogue.
std::string UnknownText(const UnknownCounts& unknown) {
  std::vector<UnknownCounts::const_pointer> kinds;
  int64_t records = 0;
  for (const auto& kind : unknown) {
    kinds.push_back(&kind);
    records += kind.second.count;
  }
  if (kinds.empty()) return "";
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](const auto* a, const auto* b) { return a->second.count > b->second.count; });
  std::string text = absl::StrCat("\nNot understood (", Plural(records, "record"), "):\n");
  const size_t shown = std::min(kinds.size(), kMaxUnknownShown);
  const size_t width = HumanCount(kinds[0]->second.count).size();
  for (size_t i = 0; i < shown; ++i) {
    const auto& [kind, count] = *kinds[i];
    const std::string number = HumanCount(count.count);
    const std::string name = absl::StrCat(kind.level, " ", kind.module, " ", kind.message_template);
    const std::string line = absl::StrCat("  ", std::string(width - number.size(), ' '), number,
                                          " ", Printable(absl::StripAsciiWhitespace(name)));
    absl::StrAppend(&text, Shorten(line, kMaxLineWidth), "\n");
  }
  if (shown == kinds.size()) return text;
  const auto more = static_cast<int64_t>(kinds.size() - shown);
  return absl::StrCat(text, "  ... and ", Plural(more, "more kind"), "\n");
}

std::vector<ExplainedEpoch> SummarizeEpochs(const LogReading& reading) {
  std::map<int32_t, std::vector<Job>> jobs = reading.jobs.DeriveByEpoch();
  std::map<int32_t, EpochContext> contexts = reading.epochs.Contexts();
  std::set<int32_t> numbers;
  for (const auto& [number, of_epoch] : jobs) numbers.insert(number);
  for (const auto& [number, context] : contexts) numbers.insert(number);
  std::vector<ExplainedEpoch> epochs;
  for (const int32_t number : numbers) {
    ExplainedEpoch epoch{ToProto(SummarizeEpoch(number, jobs[number], contexts[number])),
                         Diagnose(jobs[number])};
    const bool is_known = epoch.summary.totals().jobs() > 0 || !epoch.summary.sessions().empty();
    if (is_known) epochs.push_back(std::move(epoch));
  }
  return epochs;
}

// The epochs to show in detail: those that failed first, then the latest.
std::vector<const ExplainedEpoch*> ChooseDetailed(const std::vector<ExplainedEpoch>& epochs) {
  std::vector<const ExplainedEpoch*> chosen;
  for (const ExplainedEpoch& epoch : epochs) chosen.push_back(&epoch);
  const auto rank = [](const ExplainedEpoch* epoch) {
    const bool failed = epoch->summary.outcome() == v1::EPOCH_OUTCOME_FAILED ||
                        epoch->summary.outcome() == v1::EPOCH_OUTCOME_TIMED_OUT;
    return std::make_tuple(!failed, -epoch->summary.epoch());
  };
  std::sort(chosen.begin(), chosen.end(),
            [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
  chosen.resize(std::min(chosen.size(), kMaxDetailedEpochs));
  std::sort(chosen.begin(), chosen.end(),
            [](const auto* a, const auto* b) { return a->summary.epoch() < b->summary.epoch(); });
  return chosen;
}

}  // namespace

std::string Explain(const LogReading& reading, const std::vector<std::string>& paths) {
  std::string text = LogsText(reading);
  const std::vector<ExplainedEpoch> epochs = SummarizeEpochs(reading);
  if (epochs.empty()) {
    return absl::StrCat(text, "\nNo proving job is mentioned in it.\n", MissingText(reading, paths),
                        UnknownText(reading.unknown.counts()));
  }
  absl::StrAppend(&text, "\n", EpochsText(epochs, AllDatesKnown(reading)));
  const auto detailed = ChooseDetailed(epochs);
  for (const ExplainedEpoch* epoch : detailed) {
    absl::StrAppend(&text, EpochText(*epoch, reading.HasWriter(Writer::kAgent)));
  }
  if (detailed.size() < epochs.size()) {
    absl::StrAppend(&text, "\n",
                    Plural(static_cast<int64_t>(epochs.size() - detailed.size()), "more epoch"),
                    " in the list above; import the logs to look at any of them.\n");
  }
  return absl::StrCat(text, MissingText(reading, paths), UnknownText(reading.unknown.counts()));
}

}  // namespace proverlog
