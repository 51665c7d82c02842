#include "storage/postgres/mark_rows.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "storage/postgres/array.h"
#include "storage/postgres/fields.h"

namespace proverlog::postgres {
namespace {

constexpr UnixMillis kNotDated = std::numeric_limits<UnixMillis>::min();
constexpr char kSelect[] =
    "SELECT begin_offset, latest_at, normalizer_state FROM stream_mark"
    " WHERE prover_id = $1 AND projection_id = $2 AND stream_id = $3";

StreamMark ReadMark(const pqxx::result& rows) {
  if (rows.empty()) return {};
  StreamMark mark{rows[0][0].as<int64_t>(), rows[0][1].as<UnixMillis>(), ToBytes(rows[0][2])};
  if (mark.latest_at == kNotDated) mark.latest_at.reset();
  return mark;
}

}  // namespace

void InsertMarks(ReadWrite& tx, const ProjectionKey& key, int64_t stream_id,
                 const std::vector<StreamMark>& marks) {
  if (marks.empty()) return;
  Array latest_at, begin_offset, state;
  for (const StreamMark& mark : marks) {
    latest_at.Add(mark.latest_at.value_or(kNotDated));
    begin_offset.Add(mark.offset);
    state.AddBytes(mark.state);
  }
  tx.exec_params0(
      "INSERT INTO stream_mark (prover_id, projection_id, stream_id, latest_at, begin_offset,"
      " normalizer_state) SELECT $1, $2, $3, m.* FROM unnest($4::bigint[], $5::bigint[],"
      " $6::bytea[]) AS m ON CONFLICT DO NOTHING",
      key.prover_id, key.projection_id, stream_id, latest_at.Finish(), begin_offset.Finish(),
      state.Finish());
}

StreamMark SelectMark(pqxx::transaction_base& tx, const ProjectionKey& key, int64_t stream_id,
                      const LinePosition& position) {
  return ReadMark(tx.exec_params(
      absl::StrCat(kSelect,
                   " AND (latest_at, begin_offset) <= ($4, $5)"
                   " ORDER BY latest_at DESC, begin_offset DESC LIMIT 1"),
      key.prover_id, key.projection_id, stream_id, position.latest_at, position.offset));
}

// In the order of latest_at marks are in that of their offsets: the index ends at the first one.
StreamMark SelectMarkAt(pqxx::transaction_base& tx, const ProjectionKey& key, int64_t stream_id,
                        int64_t offset) {
  return ReadMark(
      tx.exec_params(absl::StrCat(kSelect,
                                  " AND begin_offset <= $4"
                                  " ORDER BY latest_at DESC, begin_offset DESC LIMIT 1"),
                     key.prover_id, key.projection_id, stream_id, offset));
}

StreamMark SelectFirstMark(pqxx::transaction_base& tx, const ProjectionKey& key,
                           int64_t stream_id) {
  return ReadMark(tx.exec_params(absl::StrCat(kSelect, " ORDER BY latest_at, begin_offset LIMIT 1"),
                                 key.prover_id, key.projection_id, stream_id));
}

void DeleteMarks(ReadWrite& tx, const ArchivePartition& partition) {
  tx.exec0(absl::StrCat(
      "WITH ends AS (SELECT prover_id, stream_id, max(end_offset) AS end_offset FROM ",
      tx.quote_name(partition.name),
      "  GROUP BY prover_id, stream_id),"
      " last AS (SELECT m.prover_id, m.projection_id, m.stream_id, max(m.begin_offset) AS mark"
      "  FROM ends e JOIN projection j USING (prover_id) JOIN stream_mark m"
      "   ON m.prover_id = e.prover_id AND m.projection_id = j.projection_id"
      "    AND m.stream_id = e.stream_id AND m.begin_offset <= e.end_offset GROUP BY 1, 2, 3)"
      " DELETE FROM stream_mark m USING last l WHERE m.prover_id = l.prover_id"
      "  AND m.projection_id = l.projection_id AND m.stream_id = l.stream_id"
      "  AND m.begin_offset < l.mark"));
}

}  // namespace proverlog::postgres
