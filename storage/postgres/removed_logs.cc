#include "storage/postgres/removed_logs.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "codec/zstd_frame.h"
#include "storage/archive_range.h"
#include "storage/postgres/fields.h"

namespace proverlog::postgres {
namespace {

// Tails that are read at once; each may come from a block of kMaxBlockBytes.
constexpr int kTailsAtOnce = 16;
// Tails that are none any more, of which the next partition that is dropped deletes more.
constexpr int kMaxTailsDeleted = 10'000;

// How far the partition has each stream.
std::string EndsOf(ReadWrite& tx, const ArchivePartition& partition) {
  return absl::StrCat("SELECT prover_id, stream_id, max(end_offset) AS end_offset FROM ",
                      tx.quote_name(partition.name), " GROUP BY prover_id, stream_id");
}

// The blocks of the table, as b, that range u of table unreadable overlaps. One without bytes was
// set aside behind the byte before it. No block is longer than kMaxBlockBytes ($2): the lower bound
// lets the index find the first one.
std::string OverlapsIn(absl::string_view table, absl::string_view condition = "") {
  return absl::StrCat("(SELECT FROM ", table,
                      " b WHERE b.prover_id = u.prover_id AND b.stream_id = u.stream_id"
                      " AND b.begin_offset >= u.begin_offset - $2::bigint"
                      " AND b.begin_offset < u.end_offset"
                      " AND b.end_offset > least(u.begin_offset, u.end_offset - 1) ",
                      condition, ")");
}

// The part of the block that is in the last kTailBytes before `committed`. What is damaged is kept
// whole: it is no shorter.
Block TailOf(const StreamKey& stream, Block block, int64_t committed) {
  const int64_t begin = committed - kTailBytes;
  if (block.begin_offset >= begin) return block;
  const auto raw = DecodeBlock(stream, block);
  if (!raw.ok()) return block;
  block.zstd = CompressFrame(
      absl::string_view(*raw).substr(static_cast<size_t>(begin - block.begin_offset)));
  block.begin_offset = begin;
  return block;
}

void InsertTail(ReadWrite& tx, const StreamKey& stream, const Block& tail) {
  tx.exec_params0(
      "INSERT INTO block (prover_id, stream_id, begin_offset, end_offset, received_at, zstd)"
      " VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT DO NOTHING",
      stream.prover_id, stream.stream_id, tail.begin_offset, tail.end_offset,
      ToParameter(tail.zstd));
}

void DeleteOldTails(ReadWrite& tx) {
  tx.exec_params0(
      "DELETE FROM block_tail WHERE ctid = ANY (ARRAY("
      "  SELECT t.ctid FROM block_tail t JOIN stream_position sp USING (prover_id, stream_id)"
      "   WHERE t.end_offset <= sp.committed_offset - $1::bigint LIMIT $2))",
      kTailBytes, kMaxTailsDeleted);
}

}  // namespace

bool IsNeeded(ReadWrite& tx, const ArchivePartition& partition) {
  return !tx.exec(absl::StrCat("SELECT FROM (", EndsOf(tx, partition),
                               ") AS b"
                               " JOIN projection j ON j.prover_id = b.prover_id"
                               "  AND j.retired_at IS NULL"
                               " LEFT JOIN stream_progress pr ON pr.prover_id = b.prover_id"
                               "  AND pr.projection_id = j.projection_id"
                               "  AND pr.stream_id = b.stream_id"
                               " WHERE coalesce(pr.normalized_offset, 0) < b.end_offset LIMIT 1"))
              .empty();
}

void RecordGaps(ReadWrite& tx, const ArchivePartition& partition) {
  // A gap for each run of blocks: between them there may be bytes that stay, because a clock
  // stepped back when they came.
  tx.exec_params0(
      absl::StrCat("WITH piece AS ("
                   "  SELECT prover_id, stream_id, begin_offset, end_offset,"
                   "    begin_offset IS DISTINCT FROM lag(end_offset) OVER log AS begins_run FROM ",
                   tx.quote_name(partition.name),
                   "   WINDOW log AS (PARTITION BY prover_id, stream_id ORDER BY begin_offset)),"
                   " unread AS ("
                   "  SELECT b.*, coalesce(pr.normalized_offset, 0) AS normalized_offset,"
                   "    count(*) FILTER (WHERE begins_run) OVER ("
                   "     PARTITION BY b.prover_id, b.stream_id ORDER BY b.begin_offset) AS run"
                   "   FROM piece b JOIN prover p USING (prover_id)"
                   "   LEFT JOIN stream_progress pr ON pr.prover_id = b.prover_id"
                   "    AND pr.projection_id = p.projection_id AND pr.stream_id = b.stream_id"
                   "   WHERE b.end_offset > coalesce(pr.normalized_offset, 0))"
                   " INSERT INTO gap (prover_id, stream_id, begin_offset, end_offset, reason,"
                   "  received_at)"
                   " SELECT prover_id, stream_id, greatest(min(begin_offset), normalized_offset),"
                   "   max(end_offset), 'retention', $1"
                   "  FROM unread GROUP BY prover_id, stream_id, normalized_offset, run"
                   " ON CONFLICT DO NOTHING"),
      absl::ToUnixMillis(absl::Now()));
}

void KeepTails(ReadWrite& tx, const ArchivePartition& partition) {
  const std::string select = absl::StrCat(
      "SELECT b.prover_id, b.stream_id, b.begin_offset, b.end_offset, b.zstd, sp.committed_offset"
      " FROM ",
      tx.quote_name(partition.name),
      " b JOIN stream_position sp USING (prover_id, stream_id)"
      " WHERE (b.prover_id, b.stream_id, b.begin_offset) > ($1, $2, $3)"
      "  AND b.end_offset > sp.committed_offset - $4::bigint"
      " ORDER BY b.prover_id, b.stream_id, b.begin_offset LIMIT $5");
  StreamKey stream;
  int64_t offset = -1;
  for (;;) {
    const auto rows = tx.exec_params(select, stream.prover_id, stream.stream_id, offset, kTailBytes,
                                     kTailsAtOnce);
    for (const auto& row : rows) {
      stream = {row[0].as<ProverId>(), row[1].as<int64_t>()};
      offset = row[2].as<int64_t>();
      Block block{offset, row[3].as<int64_t>(), ToBytes(row[4])};
      InsertTail(tx, stream, TailOf(stream, std::move(block), row[5].as<int64_t>()));
    }
    if (rows.size() < kTailsAtOnce) break;
  }
  DeleteOldTails(tx);
}

void ForgetUnreadable(ReadWrite& tx, const ArchivePartition& partition) {
  // Bytes of other days stay. Those of tails do not: they are not read again. What of live_block is
  // merged is a copy.
  const std::string name = tx.quote_name(partition.name);
  tx.exec_params0(
      absl::StrCat(
          "WITH gone AS (DELETE FROM unreadable u USING prover p"
          "  WHERE u.prover_id = p.prover_id AND u.projection_id = p.projection_id AND EXISTS ",
          OverlapsIn(name), " AND NOT EXISTS ",
          OverlapsIn("block", "AND b.received_at > 0 AND b.tableoid <> $3::regclass"),
          " AND NOT EXISTS ",
          OverlapsIn("live_block",
                     "AND b.begin_offset >= coalesce((SELECT merged_offset FROM merge_progress m"
                     " WHERE m.prover_id = u.prover_id AND m.stream_id = u.stream_id), 0)"),
          "  RETURNING u.*)"
          " INSERT INTO gap (prover_id, stream_id, begin_offset, end_offset, reason, received_at)"
          " SELECT prover_id, stream_id, begin_offset, end_offset, 'retention', $1"
          "  FROM gone WHERE begin_offset < end_offset ON CONFLICT DO NOTHING"),
      absl::ToUnixMillis(absl::Now()), kMaxBlockBytes, name);
}

void DropLasting(ReadWrite& tx, const ArchivePartition& partition) {
  tx.exec0(absl::StrCat("INSERT INTO removed_log (prover_id, stream_id, end_offset) ",
                        EndsOf(tx, partition),
                        " ON CONFLICT (prover_id, stream_id) DO UPDATE SET"
                        " end_offset = greatest(removed_log.end_offset, excluded.end_offset)"));
  tx.exec0(absl::StrCat("DROP TABLE ", tx.quote_name(partition.name)));
}

}  // namespace proverlog::postgres
