#include "storage/postgres/stream_rows.h"

#include <simdjson.h>

#include "absl/strings/str_cat.h"
#include "storage/postgres/advance_rows.h"
#include "storage/postgres/array.h"
#include "storage/postgres/fields.h"

namespace proverlog::postgres {
namespace {

constexpr int kColumns = 8;  // of kStreamColumns

StreamStatus ReadStream(const ProjectionKey& projection, const pqxx::row& row) {
  StreamStatus stream;
  stream.key = {projection.prover_id, row[0].as<int64_t>()};
  stream.machine = row[1].as<std::string>();
  stream.source = row[2].as<std::string>();
  stream.committed_offset = row[3].as<int64_t>();
  stream.normalized_offset = row[4].as<int64_t>();
  stream.sealed = row[5].as<bool>();
  stream.received_at = ReadOptional(row[6]);
  stream.seen_at = ReadOptional(row[7]);
  return stream;
}

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

void ReadGaps(pqxx::transaction_base& tx, const ProjectionKey& projection,
              std::vector<StreamStatus>& streams) {
  Array ids;
  for (const StreamStatus& stream : streams) ids.Add(stream.key.stream_id);
  const auto rows = tx.exec_params(
      "SELECT s.number, g.begin_offset, g.end_offset, g.reason, g.received_at, g.message"
      " FROM unnest($3::bigint[]) WITH ORDINALITY AS s (stream_id, number) CROSS JOIN LATERAL ("
      "  (SELECT begin_offset, end_offset, reason, received_at, '' AS message FROM gap"
      "    WHERE prover_id = $1 AND stream_id = s.stream_id"
      "    ORDER BY begin_offset DESC, end_offset DESC LIMIT $4)"
      "  UNION ALL"
      "  (SELECT begin_offset, end_offset, $5, set_aside_at, message FROM unreadable"
      "    WHERE prover_id = $1 AND projection_id = $2 AND stream_id = s.stream_id"
      "    ORDER BY begin_offset DESC LIMIT $4)"
      "  ORDER BY begin_offset DESC, end_offset DESC LIMIT $4) AS g ORDER BY 1, 2, 3",
      projection.prover_id, projection.projection_id, ids.Finish(), kMaxGapsShown,
      std::string(kGapReasonNames[static_cast<size_t>(GapReason::kUnreadable)]));
  for (const auto& row : rows) {
    Gap gap = ReadGap(row, 1);
    gap.message = row[5].as<std::string>();
    streams[row[0].as<size_t>() - 1].gaps.push_back(std::move(gap));
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

std::string LastHeardOf(absl::string_view begin, absl::string_view end) {
  return absl::StrCat(
      "NOT coalesce(pr.sealed_offset = sp.committed_offset, false)"
      " AND greatest(pr.last_at, sp.received_at, sa.seen_at) BETWEEN ",
      begin, " AND ", end);
}

std::vector<StreamStatus> ReadStreams(pqxx::transaction_base& tx, const ProjectionKey& projection,
                                      const pqxx::result& rows) {
  std::vector<StreamStatus> streams;
  for (const auto& row : rows) {
    StreamStatus stream = ReadStream(projection, row);
    stream.counts = ReadCounts(row, kColumns);
    streams.push_back(std::move(stream));
  }
  ReadGaps(tx, projection, streams);
  return streams;
}

std::vector<StreamStatus> SelectStreams(pqxx::transaction_base& tx, const ProjectionKey& projection,
                                        const LogFilter& filter, int limit) {
  static const auto* const kSql = new std::string(
      absl::StrCat(kStreamColumns, kCountColumns, kStreamTables,
                   "AND ($3::bigint IS NULL OR s.stream_id = $3)"
                   " AND ($4 = '' OR machine = $4) AND ($5 = '' OR source = $5)"
                   " AND ($6::bigint IS NULL OR $7::bigint IS NULL OR pr.first_at IS NULL"
                   "  OR sp.committed_offset > pr.normalized_offset"
                   "  OR pr.last_at >= $6 AND pr.first_at <= $7"
                   "  OR $9 AND pr.first_at <= $7 AND ",
                   LastHeardOf(absl::StrCat("$6 - ", kSilentBefore), "$7"),
                   ")"
                   " ORDER BY pr.first_at NULLS LAST, s.stream_id LIMIT $8"));
  return ReadStreams(tx, projection,
                     tx.exec_params(*kSql, projection.prover_id, projection.projection_id,
                                    filter.stream_id, filter.machine, filter.source,
                                    filter.first_at, filter.last_at, limit, filter.or_silent));
}

ActiveLogs SelectActive(pqxx::transaction_base& tx, const ProjectionKey& projection,
                        const ActiveFilter& filter, int limit) {
  static const auto* const kSql = new std::string(absl::StrCat(
      kStreamColumns, "pr.last_at", kStreamTables,
      "AND ($3 = '' OR machine = $3) AND ($4 = '' OR source = $4) AND (sp.received_at >= $5"
      " OR sp.committed_offset > coalesce(pr.normalized_offset, 0))"
      " ORDER BY coalesce(pr.sealed_offset = sp.committed_offset, false), s.stream_id DESC"
      " LIMIT $6"));
  ActiveLogs active;
  const auto last = tx.exec_params1(
      "SELECT coalesce(max(stream_id), 0) FROM stream WHERE prover_id = $1", projection.prover_id);
  active.last_stream_id = last[0].as<int64_t>();
  const auto rows = tx.exec_params(*kSql, projection.prover_id, projection.projection_id,
                                   filter.machine, filter.source, filter.since, limit);
  for (const auto& row : rows) {
    active.logs.push_back(ReadStream(projection, row));
    active.logs.back().counts.last_at = ReadOptional(row[kColumns]);
  }
  return active;
}

std::vector<Gap> SelectMissing(pqxx::transaction_base& tx, const ProjectionKey& projection,
                               int64_t stream_id, int64_t begin, int64_t end) {
  const auto rows = tx.exec_params(
      "(SELECT begin_offset, end_offset, reason, received_at, '' AS message FROM gap"
      "  WHERE prover_id = $1 AND stream_id = $3 AND begin_offset BETWEEN $4 AND $5"
      "  ORDER BY begin_offset, end_offset LIMIT $6)"
      " UNION ALL"
      " (SELECT begin_offset, end_offset, $7, set_aside_at, message FROM unreadable"
      "  WHERE prover_id = $1 AND projection_id = $2 AND stream_id = $3"
      "   AND begin_offset BETWEEN $4 AND $5 ORDER BY begin_offset LIMIT $6)"
      " ORDER BY begin_offset, end_offset LIMIT $6",
      projection.prover_id, projection.projection_id, stream_id, begin, end, kMaxGapsAtOnce,
      std::string(kGapReasonNames[static_cast<size_t>(GapReason::kUnreadable)]));
  std::vector<Gap> gaps;
  for (const auto& row : rows) {
    gaps.push_back(ReadGap(row, 0));
    gaps.back().message = row[4].as<std::string>();
  }
  return gaps;
}

}  // namespace proverlog::postgres
