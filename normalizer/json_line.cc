#include "normalizer/json_line.h"

#include <simdjson.h>

#include <algorithm>
#include <bitset>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "normalizer/wrapper.h"

namespace proverlog {
namespace {

using simdjson::ondemand::field;
using simdjson::ondemand::json_type;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

void TakeString(value& v, absl::string_view& out) {
  std::string_view text;
  if (v.get_string().get(text) == simdjson::SUCCESS) out = View(text);
}

// The first value of a key stands: pino writes its own fields before the data.
void TakeFirst(value& v, absl::string_view& out) {
  if (out.data() == nullptr) TakeString(v, out);
}

void SetInstant(std::optional<UnixMillis> at, JsonLine& line) {
  if (!line.at && at && IsPrintableInstant(*at)) line.at = at;
}

// Milliseconds since 1970, or an ISO 8601 instant.
void TakeInstant(value& v, JsonLine& line) {
  int64_t millis = 0;
  absl::string_view text;
  if (v.get_int64().get(millis) == simdjson::SUCCESS) {
    SetInstant(millis, line);
  } else {
    TakeString(v, text);
    SetInstant(ConsumeInstant(text), line);
  }
}

void TakeLevel(value& v, JsonLine& line) {
  if (line.level.data() != nullptr) return;
  TakeString(v, line.level);
  if (line.level.data() != nullptr) return;
  const absl::string_view token = absl::StripAsciiWhitespace(View(v.raw_json_token()));
  int64_t number = 0;
  if (absl::SimpleAtoi(token, &number)) line.level = token;
}

void TakePid(value& v, JsonLine& line) {
  int64_t pid = 0;
  if (!line.pid && v.get_int64().get(pid) == simdjson::SUCCESS) line.pid = pid;
}

void TakeJournalInstant(value& v, JsonLine& line) {
  absl::string_view text;
  TakeString(v, text);
  int64_t micros = 0;
  if (absl::SimpleAtoi(text, &micros)) SetInstant(micros / 1000, line);
}

struct KnownField {
  absl::string_view key;
  void (*take)(value&, JsonLine&);
};

constexpr KnownField kFields[] = {
    {"level", TakeLevel},
    {"time", TakeInstant},
    {"timestamp", TakeInstant},
    {"pid", TakePid},
    {"hostname", [](value& v, JsonLine& line) { TakeFirst(v, line.hostname); }},
    {"module", [](value& v, JsonLine& line) { TakeFirst(v, line.module); }},
    // pino writes the message last, after data that may have a key of its name.
    {"msg", [](value& v, JsonLine& line) { TakeString(v, line.message); }},
    {"message", [](value& v, JsonLine& line) { TakeString(v, line.message); }},
    {"log", [](value& v, JsonLine& line) { TakeFirst(v, line.wrapped); }},
    {"stream", [](value& v, JsonLine& line) { TakeFirst(v, line.output); }},
    {"_p", [](value& v, JsonLine& line) { TakeFirst(v, line.part_tag); }},
    {"logtag", [](value& v, JsonLine& line) { TakeFirst(v, line.part_tag); }},
    {"MESSAGE", [](value& v, JsonLine& line) { TakeFirst(v, line.wrapped); }},
    {"__REALTIME_TIMESTAMP", TakeJournalInstant},
    {"CONTAINER_NAME", [](value& v, JsonLine& line) { TakeString(v, line.service); }},
    {"SYSLOG_IDENTIFIER", [](value& v, JsonLine& line) { TakeFirst(v, line.service); }},
};

void TakeField(absl::string_view key, value& v, JsonLine& line) {
  // Most keys are told apart by their length and first letter, which is faster than a hash.
  for (const KnownField& known : kFields) {
    if (known.key.size() != key.size() || known.key[0] != key[0] || known.key != key) continue;
    return known.take(v, line);
  }
}

// Returns false where the text is not one JSON object.
bool ReadFields(object& fields, JsonLine& line) {
  for (auto member : fields) {
    field f;
    std::string_view key;
    if (std::move(member).get(f) != simdjson::SUCCESS) return false;
    if (f.unescaped_key().get(key) != simdjson::SUCCESS) return false;
    TakeField(View(key), f.value(), line);
  }
  return true;
}

// A JSON object that is read from a buffer: simdjson reads beyond the end of its input. The buffer
// and the parser keep their memory for the next one.
struct ObjectParser {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  std::string padded;

  bool Open(absl::string_view text, object& out) {
    padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    padded.assign(text.data(), text.size());
    padded.append(simdjson::SIMDJSON_PADDING, '\0');
    const simdjson::padded_string_view view(padded.data(), text.size(), padded.size());
    return parser.iterate(view).get(document) == simdjson::SUCCESS &&
           document.get_object().get(out) == simdjson::SUCCESS;
  }

  // Once the object was read: whether nothing follows it.
  bool AtEnd() { return document.current_location().error() == simdjson::OUT_OF_BOUNDS; }
};

// A string's text, else the value's JSON; a null view where it is null or malformed.
absl::string_view TextOf(value& v) {
  json_type type;
  if (v.type().get(type) != simdjson::SUCCESS || type == json_type::null) return {};
  std::string_view text;
  const auto error =
      type == json_type::string ? v.get_string().get(text) : simdjson::to_json_string(v).get(text);
  return error == simdjson::SUCCESS ? View(text) : absl::string_view();
}

}  // namespace

struct JsonLineReader::Parser : ObjectParser {};

JsonLineReader::JsonLineReader() : parser_(std::make_unique<Parser>()) {}
JsonLineReader::JsonLineReader(JsonLineReader&&) noexcept = default;
JsonLineReader::~JsonLineReader() = default;

std::optional<JsonLine> JsonLineReader::Read(absl::string_view text) {
  object object;
  JsonLine line;
  if (!parser_->Open(text, object) || !ReadFields(object, line)) return std::nullopt;
  if (!parser_->AtEnd()) return std::nullopt;
  return line;
}

void ReadDataValues(
    absl::string_view data, absl::Span<const absl::string_view> keys,
    absl::FunctionRef<void(absl::string_view key, absl::string_view value)> on_value) {
  constexpr size_t kMaxKeys = 64;
  // Bounded by the longest line.
  thread_local ObjectParser parser;
  object object;
  if (data.empty() || keys.empty() || !parser.Open(data, object)) return;
  std::bitset<kMaxKeys> seen;
  for (auto member : object) {
    field f;
    std::string_view name;
    if (std::move(member).get(f) != simdjson::SUCCESS) return;
    if (f.unescaped_key().get(name) != simdjson::SUCCESS) return;
    const auto key = std::find(keys.begin(), keys.end(), View(name));
    const auto i = static_cast<size_t>(key - keys.begin());
    if (key == keys.end() || seen[i]) continue;
    seen[i] = true;
    const absl::string_view text = TextOf(f.value());
    if (text.data() != nullptr) on_value(*key, text);
    if (seen.count() == keys.size()) return;
  }
}

std::optional<std::string> DataValue(absl::string_view data, absl::string_view key) {
  std::optional<std::string> found;
  ReadDataValues(data, {key},
                 [&](absl::string_view, absl::string_view value) { found = std::string(value); });
  return found;
}

}  // namespace proverlog
