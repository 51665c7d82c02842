#include "storage/postgres/stream_rows.h"

#include <simdjson.h>

#include "absl/strings/str_cat.h"
#include "storage/postgres/fields.h"

namespace proverlog::postgres {
namespace {

void ReadFactCounts(const std::string& json, StreamCounts& counts) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(json).get(object) != simdjson::SUCCESS) return;
  for (const auto field : object) {
    int64_t count = 0;
    const auto kind = ParseFactKind({field.key.data(), field.key.size()});
    if (kind && field.value.get(count) == simdjson::SUCCESS) counts.facts[*kind] = count;
  }
}

}  // namespace

StreamCounts ReadCounts(const pqxx::row& row, int column) {
  StreamCounts counts;
  counts.lines = row[column].as<int64_t>(0);
  counts.records = row[column + 1].as<int64_t>(0);
  counts.understood = row[column + 2].as<int64_t>(0);
  counts.not_understood = row[column + 3].as<int64_t>(0);
  counts.undated = row[column + 4].as<int64_t>(0);
  counts.cut = row[column + 5].as<int64_t>(0);
  ReadFactCounts(row[column + 6].as<std::string>("{}"), counts);
  counts.first_at = ReadOptional(row[column + 7]);
  counts.last_at = ReadOptional(row[column + 8]);
  counts.versions = VersionEvidence::Parse(row[column + 9].as<std::string>(""));
  return counts;
}

std::string FactCountsToJson(const StreamCounts& counts) {
  std::string json = "{";
  for (const auto& [kind, count] : counts.facts) {
    absl::StrAppend(&json, json.size() > 1 ? "," : "", "\"", FactKindName(kind), "\":", count);
  }
  return json + "}";
}

}  // namespace proverlog::postgres
