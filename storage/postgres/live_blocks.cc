#include "storage/postgres/live_blocks.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/block_merge.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/partitions.h"

namespace proverlog::postgres {
namespace {

// What a step reads at most. Blocks so small that this many do not fill one are merged all the
// same.
constexpr int64_t kMaxRawBytes = int64_t{4} << 20;
constexpr int kMaxBlocksMerged = 8192;

int64_t MergedOffset(ReadWrite& tx, const StreamKey& stream) {
  const auto rows = tx.exec_params(
      "SELECT merged_offset FROM merge_progress WHERE prover_id = $1 AND stream_id = $2",
      stream.prover_id, stream.stream_id);
  return rows.empty() ? 0 : rows[0][0].as<int64_t>();
}

void SaveMergedOffset(ReadWrite& tx, const StreamKey& stream, int64_t offset) {
  tx.exec_params0(
      "INSERT INTO merge_progress (prover_id, stream_id, merged_offset) VALUES ($1, $2, $3)"
      " ON CONFLICT (prover_id, stream_id) DO UPDATE SET merged_offset = $3",
      stream.prover_id, stream.stream_id, offset);
}

std::vector<ReceivedBlock> ToBlocks(const pqxx::result& rows) {
  std::vector<ReceivedBlock> blocks;
  for (const auto& row : rows) {
    blocks.push_back(
        {{row[0].as<int64_t>(), row[1].as<int64_t>(), ToBytes(row[3])}, row[2].as<UnixMillis>()});
  }
  return blocks;
}

std::vector<ReceivedBlock> ReadLive(ReadWrite& tx, const StreamKey& stream, int64_t begin) {
  return ToBlocks(tx.exec_params(
      "SELECT begin_offset, end_offset, received_at, zstd FROM ("
      "  SELECT *, sum(end_offset - begin_offset) OVER (ORDER BY begin_offset) AS size FROM ("
      "    SELECT * FROM live_block WHERE prover_id = $1 AND stream_id = $2"
      "     AND begin_offset >= $3 ORDER BY begin_offset LIMIT $4) AS next) AS sized"
      " WHERE size <= $5 ORDER BY begin_offset",
      stream.prover_id, stream.stream_id, begin, kMaxBlocksMerged, kMaxRawBytes));
}

// Takes the block that ends at `offset` out of the archive, where it was received since `since` and
// is small enough for `room` more bytes. Its bytes are in the block that is written next.
std::vector<ReceivedBlock> TakeSmallBefore(ReadWrite& tx, const StreamKey& stream, int64_t offset,
                                           int64_t room, UnixMillis since) {
  return ToBlocks(tx.exec_params(
      "DELETE FROM block WHERE prover_id = $1 AND stream_id = $2 AND begin_offset >= $3"
      " AND begin_offset < $4 AND end_offset = $4 AND received_at >= $5"
      " RETURNING begin_offset, end_offset, received_at, zstd",
      stream.prover_id, stream.stream_id, offset - room, offset, since));
}

void InsertBlock(ReadWrite& tx, const StreamKey& stream, const Block& block,
                 UnixMillis received_at) {
  tx.exec_params0(
      "INSERT INTO block (prover_id, stream_id, begin_offset, end_offset, received_at, zstd)"
      " VALUES ($1, $2, $3, $4, $5, $6)",
      stream.prover_id, stream.stream_id, block.begin_offset, block.end_offset, received_at,
      ToParameter(block.zstd));
}

// Writes the blocks as one, or as they are where one of them is damaged: that is then as it was.
absl::Status WriteMerged(ReadWrite& tx, const StreamKey& stream,
                         const std::vector<ReceivedBlock>& received) {
  std::vector<Block> blocks;
  UnixMillis newest = 0;
  for (const ReceivedBlock& block : received) {
    blocks.push_back(block.block);
    newest = std::max(newest, block.received_at);
  }
  const auto merged = MergeBlocks(stream, blocks);
  if (!merged.ok() && !absl::IsDataLoss(merged.status())) return merged.status();
  if (merged.ok()) blocks = {*merged};
  for (const Block& block : blocks) InsertBlock(tx, stream, block, newest);
  return absl::OkStatus();
}

}  // namespace

std::optional<StreamKey> FindLiveStream(pqxx::transaction_base& tx, const StreamKey& after) {
  const auto rows = tx.exec_params(
      "SELECT prover_id, stream_id FROM live_block WHERE (prover_id, stream_id) > ($1, $2)"
      " ORDER BY prover_id, stream_id LIMIT 1",
      after.prover_id, after.stream_id);
  if (rows.empty()) return std::nullopt;
  return StreamKey{rows[0][0].as<ProverId>(), rows[0][1].as<int64_t>()};
}

absl::StatusOr<int64_t> MergeLive(ReadWrite& tx, const StreamKey& stream, UnixMillis flush_before) {
  const std::vector<ReceivedBlock> live = ReadLive(tx, stream, MergedOffset(tx, stream));
  if (live.size() == kMaxBlocksMerged) flush_before = live.back().received_at + 1;
  int64_t raw_bytes = 0;
  for (size_t at = 0; const size_t count = CountToMerge(live, at, flush_before); at += count) {
    const auto begin = live.begin() + static_cast<ptrdiff_t>(at);
    const auto end = begin + static_cast<ptrdiff_t>(count);
    const int64_t size = (end - 1)->block.end_offset - begin->block.begin_offset;
    std::vector<ReceivedBlock> group =
        TakeSmallBefore(tx, stream, begin->block.begin_offset, kMaxBlockBytes - size,
                        PartitionBegin(kBlock, (end - 1)->received_at));
    group.insert(group.end(), begin, end);
    if (absl::Status status = WriteMerged(tx, stream, group); !status.ok()) return status;
    raw_bytes += size;
    SaveMergedOffset(tx, stream, (end - 1)->block.end_offset);
  }
  return raw_bytes;
}

bool HasUnmerged(ReadWrite& tx, const std::string& partition) {
  // One step of the index for each stream, however many blocks it has.
  const std::string name = tx.quote_name(partition);
  return tx
      .exec1(absl::StrCat("WITH RECURSIVE streams AS ("
                          "  (SELECT prover_id, stream_id FROM ",
                          name,
                          " ORDER BY prover_id, stream_id LIMIT 1)"
                          "  UNION ALL"
                          "  SELECT n.* FROM streams s CROSS JOIN LATERAL ("
                          "    SELECT prover_id, stream_id FROM ",
                          name,
                          "     WHERE (prover_id, stream_id) > (s.prover_id, s.stream_id)"
                          "     ORDER BY prover_id, stream_id LIMIT 1) AS n)"
                          " SELECT EXISTS (SELECT FROM streams s LEFT JOIN merge_progress m"
                          "    USING (prover_id, stream_id)"
                          "  WHERE coalesce(m.merged_offset, 0) < (SELECT b.end_offset FROM ",
                          name,
                          "    b WHERE b.prover_id = s.prover_id AND b.stream_id = s.stream_id"
                          "    ORDER BY b.begin_offset DESC LIMIT 1))"))[0]
      .as<bool>();
}

}  // namespace proverlog::postgres
