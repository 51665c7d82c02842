#include "normalizer/record_reader.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "model/time.h"
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

// pino's numbers; verbose is Aztec's own (foundation/src/log/pino-logger.ts). A null view for
// others.
absl::string_view LevelName(absl::string_view number) {
  static constexpr std::pair<absl::string_view, absl::string_view> kNames[] = {
      {"10", "TRACE"}, {"20", "DEBUG"}, {"25", "VERBOSE"}, {"30", "INFO"},
      {"40", "WARN"},  {"50", "ERROR"}, {"60", "FATAL"}};
  for (const auto& [value, name] : kNames) {
    if (value == number) return name;
  }
  return {};
}

// Outputs of one service are in parts apart from each other.
std::string PartKey(const Wrapping& wrapping) {
  return absl::StrCat(wrapping.service, " ", wrapping.output);
}

// `FIELD=...`
bool IsJournalField(absl::string_view line) {
  size_t end = 0;
  while (end < line.size() &&
         (absl::ascii_isupper(line[end]) || absl::ascii_isdigit(line[end]) || line[end] == '_')) {
    ++end;
  }
  return end > 0 && end < line.size() && line[end] == '=';
}

// A wrapper may know the second only; the line's own time has its milliseconds.
UnixMillis WithMillisOf(UnixMillis at, Millis time_of_day) {
  const bool same_second = at % 1000 == 0 && at % kMinute == time_of_day % kMinute / 1000 * 1000;
  return same_second ? at + time_of_day % 1000 : at;
}

}  // namespace

void RecordReader::Read(const Line& line, absl::FunctionRef<void(const LogLine&)> on_line) {
  const Unwrapped unwrapped = Unwrap(line.text);
  if (unwrapped.skip) return;
  if (state_.parts.empty() && !unwrapped.wrapping.partial) {
    return ReadText(unwrapped, line.offset, on_line);
  }
  const std::string key = PartKey(unwrapped.wrapping);
  auto begun = state_.parts.find(key);
  if (begun != state_.parts.end() && BeginsRecord(unwrapped)) {
    // Whoever wrote the part has ended since.
    ReadJoined(state_.parts.extract(begun).mapped(), "", unwrapped.wrapping, on_line);
    begun = state_.parts.end();
  }
  if (KeepPart(key, unwrapped, line.offset)) return;
  if (begun == state_.parts.end()) return ReadText(unwrapped, line.offset, on_line);
  ReadJoined(state_.parts.extract(begun).mapped(), unwrapped.text, unwrapped.wrapping, on_line);
}

// Reads what a part and the piece that ends it make.
void RecordReader::ReadJoined(Part part, absl::string_view piece, const Wrapping& wrapping,
                              absl::FunctionRef<void(const LogLine&)> on_line) {
  part.text.append(piece.data(), piece.size());
  Unwrapped whole;
  whole.text = StripColours(part.text, colour_buffers_.back());
  whole.wrapping = wrapping;
  whole.wrapping.at = part.at;
  if (absl::StartsWith(whole.text, "{")) whole.json = json_.back().Read(whole.text);
  ReadText(whole, part.offset, on_line);
}

// Returns whether the line goes on.
bool RecordReader::KeepPart(const std::string& key, const Unwrapped& unwrapped, int64_t offset) {
  if (!unwrapped.wrapping.partial) return false;
  const auto found = state_.parts.find(key);
  if (found == state_.parts.end()) {
    if (unwrapped.text.size() > kMaxPartBytes) return false;
    // A part that nothing ended for so long will not be ended.
    if (state_.parts.size() == kMaxParts) {
      state_.parts.erase(std::min_element(
          state_.parts.begin(), state_.parts.end(),
          [](const auto& a, const auto& b) { return a.second.offset < b.second.offset; }));
    }
    state_.parts.emplace(key, Part{std::string(unwrapped.text), offset, unwrapped.wrapping.at});
    return true;
  }
  std::string& text = found->second.text;
  const size_t room = kMaxPartBytes - text.size();
  text.append(unwrapped.text.data(), std::min(unwrapped.text.size(), room));
  return true;
}

bool RecordReader::BeginsRecord(const Unwrapped& unwrapped) {
  return unwrapped.json || absl::StartsWith(unwrapped.text, "{\"level\":") ||
         ReadPretty(unwrapped.text) || IsDatedText(unwrapped.text);
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
  Wrapping& wrapping = unwrapped.wrapping;
  wrapping.at = json->at;
  if (IsServiceName(json->service)) wrapping.service = json->service;
  wrapping.output = json->output;
  // docker json-file: a line's last part ends with the newline.
  const bool ends = absl::ConsumeSuffix(&unwrapped.text, "\n");
  const bool has_tag = json->part_tag.data() != nullptr;
  wrapping.partial = has_tag ? json->part_tag == "P" : json->output.data() != nullptr && !ends;
  return true;
}

// An entry is lines of FIELD=value and ends with an empty line.
void RecordReader::UnwrapJournalExport(Unwrapped& unwrapped) {
  absl::string_view text = unwrapped.text;
  if (absl::StartsWith(text, kJournalCursor)) {
    state_.in_journal_entry = true;
    state_.journal_at.reset();
  }
  if (!state_.in_journal_entry) return;
  if (absl::ConsumePrefix(&text, kJournalMessage)) {
    unwrapped.text = StripColours(text, colour_buffers_.back());
    unwrapped.wrapping.at = state_.journal_at;
    if (absl::StartsWith(unwrapped.text, "{")) unwrapped.json = json_.back().Read(unwrapped.text);
    return;
  }
  int64_t micros = 0;
  if (absl::ConsumePrefix(&text, kJournalInstant) && absl::SimpleAtoi(text, &micros) &&
      IsPrintableInstant(micros / 1000)) {
    state_.journal_at = micros / 1000;
  }
  unwrapped.skip = unwrapped.text.empty() || IsJournalField(unwrapped.text);
  // Where the entry was cut, other lines follow.
  state_.in_journal_entry = !unwrapped.text.empty() && unwrapped.skip;
}

void RecordReader::ReadText(const Unwrapped& unwrapped, int64_t offset,
                            absl::FunctionRef<void(const LogLine&)> on_line) {
  absl::string_view rest = unwrapped.text;
  const JsonLine* json = unwrapped.json ? &*unwrapped.json : nullptr;
  std::optional<JsonLine> cut_out;
  for (;;) {
    const size_t next = json != nullptr ? absl::string_view::npos : FindNextRecord(rest);
    const absl::string_view text = rest.substr(0, next);
    if (text.size() < unwrapped.text.size() && absl::StartsWith(text, "{")) {
      cut_out = json_.back().Read(text);
      if (cut_out) json = &*cut_out;
    }
    LogLine line{text, unwrapped.wrapping.service, offset, unwrapped.wrapping.at,
                 ReadRecord(text, json)};
    if (line.record && line.at && !line.record->at) {
      line.record->at = WithMillisOf(*line.at, *line.record->time_of_day);
    }
    on_line(line);
    if (next == absl::string_view::npos) return;
    rest.remove_prefix(next);
    json = nullptr;
  }
}

std::optional<Record> RecordReader::ReadRecord(absl::string_view text, const JsonLine* json) {
  if (json != nullptr) return FromJson(text, *json);
  if (auto record = ReadPretty(text)) return record;
  return ReadDatedText(text);
}

// Most lines are of the process of the line before.
absl::string_view RecordReader::ProcessName(absl::string_view hostname, int64_t pid) {
  if (pid != last_pid_ || hostname != last_hostname_) {
    last_hostname_ = std::string(hostname);
    last_pid_ = pid;
    process_buffer_ = absl::StrCat(hostname, "/", pid);
  }
  return process_buffer_;
}

std::optional<Record> RecordReader::FromJson(absl::string_view text, const JsonLine& json) {
  if (json.level.data() == nullptr || !json.at || json.message.data() == nullptr) {
    return std::nullopt;
  }
  Record record;
  record.at = json.at;
  record.level = LevelName(json.level);
  if (record.level.data() == nullptr) {
    level_buffer_ = absl::AsciiStrToUpper(json.level);
    record.level = level_buffer_;
  }
  record.module = json.module;
  absl::ConsumePrefix(&record.module, "aztec:");
  record.message = json.message;
  record.data = text;
  if (json.pid) {
    record.process = ProcessName(json.hostname, *json.pid);
  }
  return record;
}

}  // namespace proverlog
