#include "storage/block_merge.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "codec/zstd_frame.h"
#include "storage/archive_range.h"

namespace proverlog {

size_t CountToMerge(const std::vector<ReceivedBlock>& blocks, size_t begin,
                    UnixMillis flush_before) {
  if (begin == blocks.size()) return 0;
  const Block& first = blocks[begin].block;
  size_t end = begin + 1;
  while (end < blocks.size() &&
         blocks[end].block.begin_offset == blocks[end - 1].block.end_offset &&
         blocks[end].block.end_offset - first.begin_offset <= kMaxBlockBytes) {
    ++end;
  }
  const bool may_grow = end == blocks.size() && blocks[begin].received_at >= flush_before;
  return may_grow ? 0 : end - begin;
}

absl::StatusOr<Block> MergeBlocks(const StreamKey& stream, const std::vector<Block>& blocks) {
  std::string bytes;
  for (const Block& block : blocks) {
    const auto raw = DecodeBlock(stream, block);
    if (!raw.ok()) return raw.status();
    bytes += *raw;
  }
  Block merged{blocks.front().begin_offset, blocks.back().end_offset, CompressFrame(bytes)};
  const auto again = DecodeBlock(stream, merged);
  if (!again.ok()) return again.status();
  if (*again != bytes) {
    return absl::InternalError(absl::StrCat("merging blocks of stream ", stream.stream_id, " at ",
                                            merged.begin_offset, " changed their bytes"));
  }
  return merged;
}

}  // namespace proverlog
