#include "storage/postgres/unreadable_rows.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/postgres/fields.h"

namespace proverlog::postgres {
namespace {

// The first end or beginning behind $3 of the stream's blocks in the table. No block is longer than
// kMaxBlockBytes ($4).
std::string BoundaryOfBlocks(absl::string_view table) {
  const std::string of_stream =
      absl::StrCat(" FROM ", table, " WHERE prover_id = $1 AND stream_id = $2");
  return absl::StrCat("(SELECT begin_offset", of_stream,
                      "  AND begin_offset > $3 ORDER BY begin_offset LIMIT 1)"
                      " UNION ALL (SELECT min(end_offset)",
                      of_stream,
                      "  AND begin_offset > $3 - $4::bigint AND begin_offset <= $3"
                      "  AND end_offset > $3)");
}

}  // namespace

void InsertUnreadable(ReadWrite& tx, const ProjectionKey& key, int64_t stream_id,
                      const Unreadable& range) {
  const auto extended = tx.exec_params(
      "UPDATE unreadable SET end_offset = $5 WHERE prover_id = $1 AND projection_id = $2"
      " AND stream_id = $3 AND end_offset = $4 AND message = $6"
      " AND begin_offset = (SELECT max(begin_offset) FROM unreadable"
      "  WHERE prover_id = $1 AND projection_id = $2 AND stream_id = $3)",
      key.prover_id, key.projection_id, stream_id, range.begin_offset, range.end_offset,
      range.message);
  if (extended.affected_rows() > 0) return;
  // One that is empty may begin where this one does.
  tx.exec_params0(
      "INSERT INTO unreadable (prover_id, projection_id, stream_id, begin_offset, end_offset,"
      " message, set_aside_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
      " ON CONFLICT (prover_id, projection_id, stream_id, begin_offset) DO UPDATE SET"
      " end_offset = $5, message = $6, set_aside_at = $7",
      key.prover_id, key.projection_id, stream_id, range.begin_offset, range.end_offset,
      range.message, absl::ToUnixMillis(absl::Now()));
}

std::optional<int64_t> SelectNextBoundary(ReadWrite& tx, const StreamKey& stream, int64_t offset) {
  static const auto* const kSql = new std::string(absl::StrCat(
      "SELECT min(b.begin_offset) FROM (", BoundaryOfBlocks("block"), " UNION ALL ",
      BoundaryOfBlocks("live_block"),
      " UNION ALL (SELECT min(o.at) FROM unreadable u JOIN prover USING (prover_id, projection_id),"
      "  LATERAL (VALUES (u.begin_offset), (u.end_offset)) AS o (at)"
      "  WHERE u.prover_id = $1 AND u.stream_id = $2 AND o.at > $3)) AS b"));
  const auto row =
      tx.exec_params1(*kSql, stream.prover_id, stream.stream_id, offset, kMaxBlockBytes);
  return ReadOptional(row[0]);
}

std::optional<LostBytes> SelectLost(ReadWrite& tx, const ProjectionKey& projection, int32_t live) {
  const auto rows = tx.exec_params(
      "SELECT n.stream_id, n.begin_offset, n.end_offset, n.message FROM unreadable n"
      " JOIN stream_progress l ON l.prover_id = n.prover_id AND l.projection_id = $3"
      "  AND l.stream_id = n.stream_id"
      " WHERE n.prover_id = $1 AND n.projection_id = $2 AND NOT"
      "  int8range(n.begin_offset, greatest(n.begin_offset,"
      "   least(n.end_offset, l.normalized_offset))) <@"
      "  (SELECT coalesce(range_agg(int8range(u.begin_offset, u.end_offset)), '{}') FROM ("
      "    SELECT begin_offset, end_offset FROM unreadable WHERE prover_id = n.prover_id"
      "     AND projection_id = $3 AND stream_id = n.stream_id"
      "    UNION ALL SELECT begin_offset, end_offset FROM gap WHERE prover_id = n.prover_id"
      "     AND stream_id = n.stream_id) AS u)"
      " ORDER BY n.stream_id, n.begin_offset LIMIT 1",
      projection.prover_id, projection.projection_id, live);
  if (rows.empty()) return std::nullopt;
  return LostBytes{
      rows[0][0].as<int64_t>(),
      {rows[0][1].as<int64_t>(), rows[0][2].as<int64_t>(), rows[0][3].as<std::string>()}};
}

}  // namespace proverlog::postgres
