#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

constexpr int kMaxGapsShown = 10;

std::string HeadText(const v1::Machine& machine) {
  std::string text = absl::StrCat(Plural(machine.streams_size(), "log"), ", ",
                                  Plural(machine.counts().lines(), "line"), ", ",
                                  Plural(machine.counts().records(), "record"));
  text = WrapText(text);
  if (machine.has_last_record_time()) {
    absl::StrAppend(&text, "Records from ", HumanTime(machine.first_record_time()), " to ",
                    HumanTime(machine.last_record_time()), " UTC\n");
  }
  if (machine.has_last_seen_time()) {
    absl::StrAppend(&text, "Its sender was last connected at ",
                    HumanTime(machine.last_seen_time()).substr(0, kSecondsLength), " UTC\n");
  }
  if (!machine.aztec_versions().empty()) {
    absl::StrAppend(&text, WrapText(absl::StrCat("Aztec, the latest log first: ",
                                                 absl::StrJoin(machine.aztec_versions(), "; "))));
  }
  return text;
}

std::string WorkText(const v1::GetMachineResponse& response) {
  if (response.epochs().empty()) return "\nNo epoch is known yet.\n";
  const v1::MachineShare& work = response.work();
  std::string text =
      response.epochs_size() == 1
          ? absl::StrCat("\nIn epoch ", response.epochs(0), ":\n")
          : absl::StrCat("\nIn the latest ", response.epochs_size(), " epochs, ",
                         *response.epochs().rbegin(), " to ", response.epochs(0), ":\n");
  if (work.started() == 0 && work.completed() == 0) {
    absl::StrAppend(&text, "  no log shows that an agent of it ran a job\n");
  } else {
    absl::StrAppend(&text, WrapItem(absl::StrFormat(
                               "%s started, %s completed, %s failed; %.1f %% of all that were "
                               "completed; busy for %s in sum",
                               Plural(work.started(), "attempt"), HumanCount(work.completed()),
                               HumanCount(work.failed()), work.share() * 100,
                               HumanDuration(work.busy_time()))));
  }
  std::vector<std::string> failures;
  for (const v1::CauseCount& failure : response.failures()) {
    failures.push_back(absl::StrCat(HumanCount(failure.count()), " ", CauseText(failure.kind())));
  }
  if (!failures.empty()) {
    absl::StrAppend(&text,
                    WrapItem(absl::StrCat("what failed there: ", absl::StrJoin(failures, ", "))));
  }
  return text;
}

// "4 ms ahead", "12 ms behind"
std::string Side(absl::Duration offset) {
  if (offset < absl::ZeroDuration()) return HumanDuration(-offset) + " behind";
  return HumanDuration(offset) + " ahead";
}
std::string AtLeast(absl::Duration offset) {
  return absl::StrCat(offset < absl::ZeroDuration() ? "at most " : "at least ", Side(offset));
}
std::string AtMost(absl::Duration offset) {
  return absl::StrCat(offset < absl::ZeroDuration() ? "at least " : "at most ", Side(offset));
}

std::string OffsetText(const v1::ClockOffset& offset) {
  const std::string pairs = absl::StrCat(" (", Plural(offset.pairs(), "pair"), " of lines)");
  const absl::Duration least = FromProtoDuration(offset.at_least());
  const absl::Duration most = FromProtoDuration(offset.at_most());
  if (offset.moved()) {
    return absl::StrCat("one of the clocks was set or ran differently: now ", AtLeast(least),
                        ", now ", AtMost(most), pairs);
  }
  if (!offset.has_at_least()) return absl::StrCat(AtMost(most), pairs);
  if (!offset.has_at_most()) return absl::StrCat(AtLeast(least), pairs);
  return absl::StrCat("between ", Side(least), " and ", Side(most), pairs);
}

std::string ClocksText(const v1::GetMachineResponse& response) {
  std::string text = "\nClocks of other machines, seen from its own:\n";
  if (response.clock_offsets().empty()) {
    return absl::StrCat(text, "  no job went between it and another machine\n");
  }
  for (const v1::ClockOffset& offset : response.clock_offsets()) {
    absl::StrAppend(&text,
                    WrapItem(absl::StrCat(Printable(offset.machine()), ": ", OffsetText(offset))));
  }
  return text;
}

// A field that says what the step found, where it has one.
std::string StepText(const v1::StartStep& step) {
  std::string text = step.kind();
  for (const char* name : {"version", "size", "curve", "port"}) {
    const auto field = step.fields().find(name);
    if (field == step.fields().end() || field->second.empty()) continue;
    absl::StrAppend(&text, " ", Printable(field->second));
    if (absl::string_view(name) == "size" && absl::StartsWith(step.kind(), "crs.")) {
      absl::StrAppend(&text, " points");
    }
  }
  return text;
}

std::string After(const google::protobuf::Timestamp& time,
                  const google::protobuf::Timestamp& begin) {
  return HumanDuration(absl::Milliseconds(FromProtoTimestamp(time) - FromProtoTimestamp(begin)));
}

std::string StartText(const v1::ProgramStart& start) {
  const google::protobuf::Timestamp& begin = start.steps(0).time();
  std::vector<std::string> steps;
  const v1::StartStep* ready = nullptr;
  for (const v1::StartStep& step : start.steps()) {
    steps.push_back(StepText(step));
    const bool is_ready = absl::EndsWith(step.kind(), ".listening") ||
                          absl::EndsWith(step.kind(), "node.started") ||
                          step.kind() == "broker.started";
    if (is_ready && steps.size() > 1) ready = &step;
  }
  std::string text = absl::StrCat(HumanTime(begin).substr(0, kSecondsLength), " ",
                                  Printable(start.source()), ": ", absl::StrJoin(steps, ", "));
  if (ready != nullptr) absl::StrAppend(&text, "; ready after ", After(ready->time(), begin));
  if (start.has_first_job_time()) {
    absl::StrAppend(&text, "; first job after ", After(start.first_job_time(), begin));
  }
  return WrapItem(text);
}

std::string StartsText(const v1::GetMachineResponse& response) {
  std::string text = "\nStarts of programs (UTC), the latest first:\n";
  if (response.starts().empty()) absl::StrAppend(&text, "  none is in its logs\n");
  for (const v1::ProgramStart& start : response.starts()) {
    absl::StrAppend(&text, StartText(start));
  }
  if (response.more_starts()) absl::StrAppend(&text, "  Earlier ones are not looked at.\n");
  return text;
}

std::string MissingText(const v1::Machine& machine) {
  std::string text;
  int shown = 0;
  for (const v1::LogStream& stream : machine.streams()) {
    const std::string gap = GapText(stream);
    if (gap.empty() || ++shown > kMaxGapsShown) continue;
    absl::StrAppend(&text, WrapItem(absl::StripSuffix(gap, "\n")));
  }
  if (shown > kMaxGapsShown) {
    absl::StrAppend(&text, "  ... and of ", HumanCount(shown - kMaxGapsShown), " more logs\n");
  }
  return text.empty() ? "" : absl::StrCat("\nGaps:\n", text);
}

std::string UnknownText(const v1::GetMachineResponse& response) {
  const int64_t count = response.machine().counts().not_understood();
  if (count == 0) return "";
  std::string text = absl::StrCat("\n", Plural(count, "record"),
                                  " not understood, most often (`proverlog unknown` has all):\n");
  for (const v1::FrequentUnknown& message : response.unknown_messages()) {
    absl::StrAppend(&text,
                    Shorten(absl::StrCat("  ", HumanCount(message.count()), "  ", message.level(),
                                         " ", Printable(message.module()), " ",
                                         Printable(message.message_template())),
                            kMaxLineWidth),
                    "\n");
  }
  return text;
}

}  // namespace

std::string MachineText(const v1::GetMachineResponse& response) {
  return absl::StrCat(
      CompletenessText(response.completeness()), Printable(response.machine().machine()), " of ",
      Printable(response.prover()), "\n", HeadText(response.machine()),
      response.more_streams() ? "Later logs are not counted: there are more than 10,000.\n" : "",
      WorkText(response), ClocksText(response), StartsText(response),
      MissingText(response.machine()), UnknownText(response));
}

}  // namespace proverlog
