#ifndef PROVERLOG_STORAGE_BLOCK_MERGE_H_
#define PROVERLOG_STORAGE_BLOCK_MERGE_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/types.h"

namespace proverlog {

// How small blocks become large ones. Pure functions.

struct ReceivedBlock {
  Block block;
  UnixMillis received_at = 0;
};

// How many of the blocks, which are of one stream and in order, are merged into its next block: the
// first ones, as many as lie side by side and make at most kMaxBlockBytes. 0 where more may still
// be added to them: nothing follows yet, and the first one was received at `flush_before` or later.
size_t CountToMerge(const std::vector<ReceivedBlock>& blocks, size_t begin,
                    UnixMillis flush_before);

// One block of the bytes of consecutive ones, compressed once more; it was decompressed again and
// compared. DATA_LOSS where one of them is damaged.
absl::StatusOr<Block> MergeBlocks(const StreamKey& stream, const std::vector<Block>& blocks);

}  // namespace proverlog

#endif  // PROVERLOG_STORAGE_BLOCK_MERGE_H_
