#include "normalizer/record.h"

#include <simdjson.h>

#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "normalizer/ansi.h"
#include "normalizer/pretty.h"

namespace proverlog {
namespace {

using simdjson::ondemand::field;
using simdjson::ondemand::json_type;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

// 9999-12-31T23:59:59.999Z, the last instant that every reader downstream can print.
constexpr UnixMillis kLastInstant = 253402300799999;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

// pino's numbers; verbose is Aztec's own (foundation/src/log/pino-logger.ts).
absl::string_view LevelName(int64_t number) {
  switch (number) {
    case 10:
      return "TRACE";
    case 20:
      return "DEBUG";
    case 25:
      return "VERBOSE";
    case 30:
      return "INFO";
    case 40:
      return "WARN";
    case 50:
      return "ERROR";
    case 60:
      return "FATAL";
    default:
      return "UNKNOWN";
  }
}

// Takes the name that `docker compose logs` puts before each line, `prover-node-1  | `.
absl::string_view ConsumeComposePrefix(absl::string_view& line) {
  size_t end = 0;
  while (end < line.size() && (absl::ascii_isalnum(line[end]) || line[end] == '-' ||
                               line[end] == '_' || line[end] == '.')) {
    ++end;
  }
  if (end == 0) return {};
  const absl::string_view name = line.substr(0, end);
  absl::string_view rest = line.substr(end);
  while (absl::ConsumePrefix(&rest, " ")) {
  }
  if (rest.size() == line.size() - end || !absl::ConsumePrefix(&rest, "|")) return {};
  absl::ConsumePrefix(&rest, " ");
  line = rest;
  return name;
}

// The fields of a pino line that every record has.
struct PinoFields {
  std::optional<int64_t> level;
  std::optional<int64_t> time;
  std::optional<int64_t> pid;
  absl::string_view hostname;
  absl::string_view module;
  std::optional<absl::string_view> message;
};

void TakeInteger(value& v, std::optional<int64_t>& out) {
  int64_t number = 0;
  if (!out && v.get_int64().get(number) == simdjson::SUCCESS) out = number;
}

bool TakeString(value& v, absl::string_view& out) {
  std::string_view text;
  if (v.get_string().get(text) != simdjson::SUCCESS) return false;
  out = View(text);
  return true;
}

// pino writes level, time, pid and hostname first and the message last, and flattens the data in
// between, so the first of the former and the last of the latter are pino's own.
void TakeField(std::string_view key, value& v, PinoFields& fields) {
  if (key == "level") {
    TakeInteger(v, fields.level);
  } else if (key == "time") {
    TakeInteger(v, fields.time);
  } else if (key == "pid") {
    TakeInteger(v, fields.pid);
  } else if (key == "hostname" && fields.hostname.empty()) {
    TakeString(v, fields.hostname);
  } else if (key == "module" && fields.module.empty()) {
    TakeString(v, fields.module);
  } else if (key == "msg") {
    absl::string_view message;
    if (TakeString(v, message)) fields.message = message;
  }
}

// Returns false where the text is not one JSON object.
bool ReadFields(object& fields, PinoFields& out) {
  for (auto member : fields) {
    field f;
    std::string_view key;
    if (std::move(member).get(f) != simdjson::SUCCESS) return false;
    if (f.unescaped_key().get(key) != simdjson::SUCCESS) return false;
    TakeField(key, f.value(), out);
  }
  return true;
}

}  // namespace

// simdjson reads beyond the end of its input, so the line is copied into a padded buffer.
struct RecordReader::Json {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  std::string padded;

  bool Open(absl::string_view text, object& out) {
    padded.assign(text.data(), text.size());
    padded.append(simdjson::SIMDJSON_PADDING, '\0');
    const simdjson::padded_string_view view(padded.data(), text.size(), padded.size());
    return parser.iterate(view).get(document) == simdjson::SUCCESS &&
           document.get_object().get(out) == simdjson::SUCCESS;
  }
};

RecordReader::RecordReader() : json_(std::make_unique<Json>()) {}
RecordReader::RecordReader(RecordReader&&) noexcept = default;
RecordReader::~RecordReader() = default;

std::optional<Record> RecordReader::Read(absl::string_view line) {
  text_ = StripColours(line, colour_buffer_);
  service_ = ConsumeComposePrefix(text_);
  std::optional<Record> record = absl::StartsWith(text_, "{") ? ReadJson(text_) : ReadPretty(text_);
  if (record) record->service = service_;
  return record;
}

std::optional<Record> RecordReader::ReadJson(absl::string_view line) {
  object object;
  PinoFields fields;
  if (!json_->Open(line, object) || !ReadFields(object, fields)) return std::nullopt;
  if (!fields.level || !fields.time || !fields.message) return std::nullopt;
  if (*fields.time < 0 || *fields.time > kLastInstant) return std::nullopt;

  Record record;
  record.at = *fields.time;
  record.level = LevelName(*fields.level);
  record.module = fields.module;
  record.message = *fields.message;
  record.data = line;
  if (fields.pid) {
    process_buffer_ = absl::StrCat(fields.hostname, "/", *fields.pid);
    record.process = process_buffer_;
  }
  return record;
}

std::optional<std::string> DataString(absl::string_view data, absl::string_view key) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(data.data(), data.size());
  simdjson::ondemand::document document;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return std::nullopt;
  std::string_view value;
  const std::string_view name(key.data(), key.size());
  if (document[name].get_string().get(value) != simdjson::SUCCESS) return std::nullopt;
  return std::string(value);
}

}  // namespace proverlog
