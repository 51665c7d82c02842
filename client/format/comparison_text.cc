#include "client/format/comparison_text.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using Align = Table::Align;

constexpr char kNone[] = "-";

// Subjects are called A, B, C, ... in the tables.
std::string Letter(int32_t subject) { return {static_cast<char>('A' + subject)}; }

std::string Signed(const google::protobuf::Duration& duration) {
  const std::string text = HumanDuration(duration);
  return FromProtoDuration(duration) > absl::ZeroDuration() ? absl::StrCat("+", text) : text;
}

// "epochs 3054, 3055; machine a; version 4.1.2"
std::string SubjectText(const v1::SubjectSummary& summary) {
  const v1::ComparedSubject& subject = summary.subject();
  std::vector<std::string> parts = {absl::StrCat("prover ", Printable(subject.prover()))};
  if (!subject.machine().empty()) {
    parts.push_back(absl::StrCat("machine ", Printable(subject.machine())));
  }
  if (!subject.aztec_version().empty()) {
    parts.push_back(absl::StrCat("version ", Printable(subject.aztec_version())));
  }
  if (subject.has_start_time()) {
    parts.push_back(absl::StrCat("from ", HumanTime(subject.start_time()), " UTC"));
  }
  if (subject.has_end_time()) {
    parts.push_back(absl::StrCat("to ", HumanTime(subject.end_time()), " UTC"));
  }
  const bool has_time = subject.has_start_time() || subject.has_end_time();
  parts.push_back(absl::StrCat(
      summary.epochs_chosen() && !has_time ? "the latest epochs " : "epochs ",
      subject.epochs().empty() ? "(none has a job of it)" : absl::StrJoin(subject.epochs(), ", ")));
  return absl::StrJoin(parts, ", ");
}

std::string SubjectsText(const v1::CompareResponse& response) {
  std::string text;
  int32_t number = 0;
  for (const v1::SubjectSummary& summary : response.subjects()) {
    absl::StrAppend(
        &text, WrapText(absl::StrCat(Letter(number++), ": ", SubjectText(summary))),
        WrapText(absl::StrCat("   ", Plural(summary.work().jobs(), "job"), ", ",
                              HumanCount(summary.work().completed()), " completed; Aztec ",
                              Printable(summary.aztec_version()))));
    if (summary.other_circuits()) {
      absl::StrAppend(&text, WrapText("   Its circuits are others than A's (before and after Aztec"
                                      " 3.0): only PUBLIC_VM is compared."));
    }
  }
  return text;
}

// "1.32 (1.21-1.44)", "1.32"
std::string RatioText(const v1::MedianContrast& contrast) {
  if (!contrast.has_ratio()) return kNone;
  std::string text = absl::StrFormat("%.2f", contrast.ratio());
  if (contrast.has_ratio_low()) {
    absl::StrAppendFormat(&text, " (%.2f-%.2f)", contrast.ratio_low(), contrast.ratio_high());
  }
  return text;
}

std::string VerdictText(const v1::MedianContrast& contrast) {
  if (!contrast.has_difference_low()) return "too few";
  return HumanEnum(v1::ContrastVerdict_Name(contrast.verdict()), "CONTRAST_VERDICT_");
}

std::string DurationsTable(const v1::CompareResponse& response) {
  Table table({{"JOB TYPE", Align::kLeft},
               {"", Align::kTime},
               {"N"},
               {"PROVING P50"},
               {"P95"},
               {"DIFFERENCE"},
               {"RATIO TO A", Align::kTime},
               {"", Align::kTime}});
  for (const v1::ComparedJobType& type : response.job_types()) {
    std::string name = type.type();
    for (const v1::JobTypeOnSubject& row : type.subjects()) {
      const v1::DurationStats& duration = row.duration();
      const bool known = duration.count() > 0;
      const v1::MedianContrast& contrast = row.against_first();
      const bool compared = row.has_against_first();
      table.AddRow({name, Letter(row.subject()), HumanCount(duration.count()),
                    known ? HumanDuration(duration.p50()) : kNone,
                    known ? HumanDuration(duration.p95()) : kNone,
                    compared ? Signed(contrast.difference()) : "",
                    compared ? RatioText(contrast) : "", compared ? VerdictText(contrast) : ""});
      name.clear();
    }
  }
  return table.empty() ? "No job of these subjects is known.\n" : table.ToString();
}

std::string CountOr(bool known, int32_t count) { return known ? HumanCount(count) : kNone; }

std::string WorkTable(const v1::CompareResponse& response) {
  if (response.durations_only()) {
    return WrapText(
        "The subjects are of different major versions of Aztec, whose hierarchies differ: jobs,"
        " throughput and retries would differ for that reason alone, and are not shown.");
  }
  Table table({{"JOB TYPE", Align::kLeft},
               {"", Align::kTime},
               {"JOBS"},
               {"DONE"},
               {"DONE/S"},
               {"RETRIES"},
               {"TIME-OUTS"},
               {"FAILED"},
               {"FAILED ATTEMPTS"}});
  const auto add = [&](const std::string& name, int32_t subject, const v1::SubjectWork& work) {
    table.AddRow({name, Letter(subject), HumanCount(work.jobs()), HumanCount(work.completed()),
                  work.has_per_second() ? absl::StrFormat("%.3g", work.per_second()) : kNone,
                  CountOr(work.has_retries(), work.retries()),
                  CountOr(work.has_timeouts(), work.timeouts()),
                  CountOr(work.has_failed(), work.failed()), HumanCount(work.failed_attempts())});
  };
  for (const v1::ComparedJobType& type : response.job_types()) {
    std::string name = type.type();
    for (const v1::JobTypeOnSubject& row : type.subjects()) {
      add(name, row.subject(), row.work());
      name.clear();
    }
  }
  std::string name = "all";
  for (int32_t i = 0; i < response.subjects_size(); ++i) {
    add(name, i, response.subjects(i).work());
    name.clear();
  }
  const bool some_unknown =
      std::any_of(response.subjects().begin(), response.subjects().end(),
                  [](const v1::SubjectSummary& summary) {
                    return summary.work().jobs() > 0 && !summary.work().has_retries();
                  });
  return absl::StrCat(
      table.ToString(),
      some_unknown ? WrapText("Of a machine or version retries, time-outs and jobs that failed for"
                              " good are not known: brokers name neither.")
                   : "");
}

// "1.51 ms", "26.4 ms", "1.67 s"
std::string TimePerKib(const v1::CircuitOnSubject& row) {
  const absl::Duration time = FromProtoDuration(row.time_per_kib());
  const double millis = absl::ToDoubleMilliseconds(time);
  return millis < 99.95 ? absl::StrFormat("%.3g ms", millis) : HumanDuration(time);
}

// A circuit's time grows with its witness: its other steps are shown where that is not known.
bool IsShown(const v1::ComparedCircuit& circuit, const v1::CompareResponse& response) {
  constexpr char kWitness[] = "witness";
  return circuit.step() == kWitness ||
         std::none_of(response.circuits().begin(), response.circuits().end(),
                      [&](const v1::ComparedCircuit& other) {
                        return other.circuit() == circuit.circuit() && other.step() == kWitness;
                      });
}

std::string CircuitsTable(const v1::CompareResponse& response) {
  Table table({{"CIRCUIT", Align::kLeft},
               {"STEP", Align::kLeft},
               {"", Align::kTime},
               {"RUNS"},
               {"MEAN INPUT"},
               {"TIME A KIB"}});
  for (const v1::ComparedCircuit& circuit : response.circuits()) {
    if (!IsShown(circuit, response)) continue;
    std::string name = circuit.circuit();
    std::string step = circuit.step();
    for (const v1::CircuitOnSubject& row : circuit.subjects()) {
      table.AddRow({name, step, Letter(row.subject()), HumanCount(row.runs()),
                    HumanBytes(std::llround(row.mean_input_bytes())), TimePerKib(row)});
      name.clear();
      step.clear();
    }
  }
  return table.empty() ? "" : absl::StrCat("\n", table.ToString());
}

}  // namespace

std::string CompareText(const v1::CompareResponse& response) {
  return absl::StrCat(
      CompletenessText(response.completeness()), SubjectsText(response), "\n",
      DurationsTable(response),
      WrapText(absl::StrFormat(
          "In brackets the %.0f %% interval of the ratio of medians (Price and Bonett 2002), from "
          "%d"
          " durations each. Similar: all of it within %.3g %%; slower, faster: 1 is outside.",
          response.confidence() * 100, response.least_durations(), response.margin() * 100)),
      "\n", WorkTable(response), CircuitsTable(response));
}

}  // namespace proverlog
