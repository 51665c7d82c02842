#include "normalizer/record_events.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "normalizer/json_line.h"
#include "normalizer/scan.h"
#include "normalizer/utf8.h"

namespace proverlog {
namespace {

constexpr size_t kMaxFieldBytes = 512;
constexpr double kMicrosPerMilli = 1000;
// The circuit of all records of a transaction.
constexpr absl::string_view kAvmCircuit = "avm-circuit";

// What a line `    key: value` says that follows the message (LOG_MULTILINE); a null view where
// there is none.
absl::string_view DataBelow(const Record& record, absl::string_view key) {
  const std::string line_begin = absl::StrCat("\n    ", key, ": ");
  const size_t at = record.message.find(line_begin);
  if (at == absl::string_view::npos) return {};
  absl::string_view value = record.message.substr(at + line_begin.size());
  value = value.substr(0, value.find('\n'));
  if (absl::ConsumePrefix(&value, "\"")) absl::ConsumeSuffix(&value, "\"");
  return value;
}

// The message's slots, then the keys of the record's data.
void ForEachField(const MessageMatch& match, const Record& record,
                  absl::FunctionRef<void(absl::string_view name, absl::string_view value)> take) {
  for (const SlotValues::Value& value : match.values) take(value.name, FirstLine(value.text));
  ReadDataValues(record.data, match.spec->keys, take);
  // Data stands on the record's last line, or in lines of its own.
  if (!record.data.empty() || !absl::StrContains(record.message, "\n    ")) return;
  for (const absl::string_view key : match.spec->keys) {
    const absl::string_view value = DataBelow(record, key);
    if (value.data() != nullptr) take(key, value);
  }
}

std::optional<CircuitStep> StepOf(absl::string_view event) {
  if (event == "avm.proved") return CircuitStep::kProof;
  if (!absl::ConsumePrefix(&event, "circuit.")) return std::nullopt;
  if (event == "witness") return CircuitStep::kWitness;
  if (event == "proved") return CircuitStep::kProof;
  if (event == "verified") return CircuitStep::kVerification;
  return std::nullopt;
}

void TakeSize(absl::string_view value, std::optional<int64_t>& size) {
  int64_t number = 0;
  if (absl::SimpleAtoi(value, &number) && number >= 0) size = number;
}

// Takes a field of a run but its duration.
void TakeRunField(absl::string_view name, absl::string_view value, CircuitRun& run) {
  if (name == "circuitName" || (name == "circuit" && run.circuit.empty())) {
    CleanUtf8(value, kMaxFieldBytes, run.circuit);
  } else if (name == "tx") {
    CleanUtf8(value, kMaxFieldBytes, run.tx);
  } else if (name == "inputSize") {
    TakeSize(value, run.input_size);
  } else if (name == "outputSize" || name == "proofSize") {
    TakeSize(value, run.output_size);
  } else if (name == "circuitSize") {
    TakeSize(value, run.circuit_size);
  }
}

}  // namespace

Event EventOf(const MessageMatch& match, const Record& record) {
  Event event;
  event.kind = std::string(match.spec->event);
  ForEachField(match, record, [&](absl::string_view name, absl::string_view value) {
    event.fields[std::string(name)] = CleanUtf8(value, kMaxFieldBytes);
  });
  return event;
}

bool ReadCircuitRun(const MessageMatch& match, const Record& record, CircuitRun& run) {
  const auto step = StepOf(match.spec->event);
  if (!step) return false;
  run.step = *step;
  run.circuit.clear();
  run.tx.clear();
  run.input_size = run.output_size = run.circuit_size = std::nullopt;
  double millis = -1;
  ForEachField(match, record, [&](absl::string_view name, absl::string_view value) {
    const bool is_duration = name == "ms" || name == "duration";
    if (is_duration && !absl::SimpleAtod(value, &millis)) millis = -1;
    if (!is_duration) TakeRunField(name, value, run);
  });
  if (!IsDuration(millis)) return false;
  run.micros = std::llround(millis * kMicrosPerMilli);
  return true;
}

absl::string_view CircuitOf(const Event& event) {
  for (const char* name : {"circuitName", "circuit"}) {
    const auto found = event.fields.find(name);
    if (found != event.fields.end()) return found->second;
  }
  return absl::StartsWith(event.kind, "avm.") ? kAvmCircuit : "";
}

}  // namespace proverlog
