#include "normalizer/record_reader.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "normalizer/ansi.h"
#include "normalizer/dated_text.h"
#include "normalizer/pretty.h"

namespace proverlog {
namespace {

constexpr absl::string_view kJournalInstant = "__REALTIME_TIMESTAMP=";
constexpr absl::string_view kJournalCursor = "__CURSOR=";
constexpr absl::string_view kJournalMessage = "MESSAGE=";
// Services whose lines can be in parts at a time, and how long such a line gets.
constexpr size_t kMaxParts = 64;
constexpr size_t kMaxPartBytes = size_t{256} << 10;

// pino's numbers; verbose is Aztec's own (foundation/src/log/pino-logger.ts).
absl::string_view LevelName(absl::string_view number) {
  static constexpr std::pair<absl::string_view, absl::string_view> kNames[] = {
      {"10", "TRACE"}, {"20", "DEBUG"}, {"25", "VERBOSE"}, {"30", "INFO"},
      {"40", "WARN"},  {"50", "ERROR"}, {"60", "FATAL"}};
  for (const auto& [value, name] : kNames) {
    if (value == number) return name;
  }
  return number;
}

}  // namespace

void RecordReader::Read(const Line& line, absl::FunctionRef<void(const LogLine&)> on_line) {
  const Unwrapped unwrapped = Unwrap(line.text);
  if (unwrapped.skip || KeepPart(unwrapped, line.offset)) return;
  const auto begun = state_.parts.find(unwrapped.wrapping.service);
  if (begun == state_.parts.end()) return ReadText(unwrapped, line.offset, on_line);

  joined_ = std::move(begun->second);
  state_.parts.erase(begun);
  joined_.text.append(unwrapped.text.data(), unwrapped.text.size());
  Unwrapped whole;
  whole.text = StripColours(joined_.text, colour_buffers_.back());
  whole.wrapping = unwrapped.wrapping;
  whole.wrapping.at = joined_.at;
  if (absl::StartsWith(whole.text, "{")) whole.json = json_.back().Read(whole.text);
  ReadText(whole, joined_.offset, on_line);
}

// Returns whether the line goes on.
bool RecordReader::KeepPart(const Unwrapped& unwrapped, int64_t offset) {
  if (!unwrapped.wrapping.partial) return false;
  const auto found = state_.parts.find(unwrapped.wrapping.service);
  if (found == state_.parts.end()) {
    if (state_.parts.size() == kMaxParts || unwrapped.text.size() > kMaxPartBytes) return false;
    state_.parts.emplace(std::string(unwrapped.wrapping.service),
                         Part{std::string(unwrapped.text), offset, unwrapped.wrapping.at});
    return true;
  }
  std::string& text = found->second.text;
  const size_t room = kMaxPartBytes - text.size();
  text.append(unwrapped.text.data(), std::min(unwrapped.text.size(), room));
  return true;
}

RecordReader::Unwrapped RecordReader::Unwrap(absl::string_view line) {
  Unwrapped unwrapped;
  unwrapped.text = line;
  for (int layer = 0; layer < kMaxLayers; ++layer) {
    unwrapped.text = StripColours(unwrapped.text, colour_buffers_[static_cast<size_t>(layer)]);
    if (absl::StartsWith(unwrapped.text, "{")) {
      if (!UnwrapJson(unwrapped, layer)) return unwrapped;
    } else if (IsDatedText(unwrapped.text) || !ConsumeWrapper(unwrapped.text, unwrapped.wrapping)) {
      break;
    }
  }
  UnwrapJournalExport(unwrapped);
  return unwrapped;
}

// Returns whether the JSON wraps a line.
bool RecordReader::UnwrapJson(Unwrapped& unwrapped, int layer) {
  std::optional<JsonLine> json = json_[static_cast<size_t>(layer)].Read(unwrapped.text);
  const bool wraps =
      json && json->wrapped.data() != nullptr && json->at && json->message.data() == nullptr;
  if (!wraps) {
    unwrapped.json = json;
    return false;
  }
  unwrapped.text = json->wrapped;
  unwrapped.wrapping.at = json->at;
  if (json->service.data() != nullptr) {
    unwrapped.wrapping.service = json->service;
  } else {
    // docker json-file: a line's last part ends with the newline.
    unwrapped.wrapping.partial = !absl::ConsumeSuffix(&unwrapped.text, "\n");
  }
  return true;
}

// An entry is lines of FIELD=value and ends with an empty line.
void RecordReader::UnwrapJournalExport(Unwrapped& unwrapped) {
  absl::string_view text = unwrapped.text;
  if (absl::StartsWith(text, kJournalCursor)) {
    state_.journal_at = UnixMillis{0};
    unwrapped.skip = true;
    return;
  }
  if (!state_.journal_at) return;
  if (text.empty()) {
    state_.journal_at.reset();
    unwrapped.skip = true;
  } else if (absl::ConsumePrefix(&text, kJournalMessage)) {
    unwrapped.text = StripColours(text, colour_buffers_.back());
    unwrapped.wrapping.at = state_.journal_at;
    if (absl::StartsWith(unwrapped.text, "{")) unwrapped.json = json_.back().Read(unwrapped.text);
  } else {
    int64_t micros = 0;
    if (absl::ConsumePrefix(&text, kJournalInstant) && absl::SimpleAtoi(text, &micros)) {
      state_.journal_at = micros / 1000;
    }
    unwrapped.skip = true;
  }
}

void RecordReader::ReadText(const Unwrapped& unwrapped, int64_t offset,
                            absl::FunctionRef<void(const LogLine&)> on_line) {
  absl::string_view rest = unwrapped.text;
  std::optional<JsonLine> json = unwrapped.json;
  for (;;) {
    const size_t next = json ? absl::string_view::npos : FindNextRecord(rest);
    const absl::string_view text = rest.substr(0, next);
    if (text.size() < unwrapped.text.size() && absl::StartsWith(text, "{")) {
      json = json_.back().Read(text);
    }
    LogLine line{text, unwrapped.wrapping.service, offset, unwrapped.wrapping.at,
                 ReadRecord(text, json)};
    if (line.record && !line.record->at) line.record->at = line.at;
    on_line(line);
    if (next == absl::string_view::npos) return;
    rest.remove_prefix(next);
    json.reset();
  }
}

std::optional<Record> RecordReader::ReadRecord(absl::string_view text,
                                               const std::optional<JsonLine>& json) {
  if (json) return FromJson(text, *json);
  if (auto record = ReadPretty(text)) return record;
  return ReadDatedText(text);
}

std::optional<Record> RecordReader::FromJson(absl::string_view text, const JsonLine& json) {
  if (json.level.data() == nullptr || !json.at || json.message.data() == nullptr) {
    return std::nullopt;
  }
  Record record;
  record.at = json.at;
  level_buffer_ = absl::AsciiStrToUpper(LevelName(json.level));
  record.level = level_buffer_;
  record.module = json.module;
  absl::ConsumePrefix(&record.module, "aztec:");
  record.message = json.message;
  record.data = text;
  if (json.pid) {
    process_buffer_ = absl::StrCat(json.hostname, "/", *json.pid);
    record.process = process_buffer_;
  }
  return record;
}

}  // namespace proverlog
