#include "storage/archive_range.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "codec/zstd_frame.h"

namespace proverlog {
namespace {

constexpr int kBlocksAtOnce = 64;

}  // namespace

absl::StatusOr<std::string> DecodeBlock(const StreamKey& stream, const Block& block) {
  auto raw =
      DecompressFrame(block.zstd, static_cast<size_t>(block.end_offset - block.begin_offset));
  if (raw.ok()) return raw;
  return absl::DataLossError(absl::StrCat("block ", block.begin_offset, " of stream ",
                                          stream.stream_id, ": ", raw.status().message()));
}

absl::StatusOr<std::string> ReadRange(ArchiveReader& archive, const StreamKey& stream,
                                      int64_t begin, int64_t end) {
  std::string bytes;
  while (begin < end) {
    const auto blocks = archive.ReadBlocks(stream, begin, end, kBlocksAtOnce);
    if (!blocks.ok()) return blocks.status();
    if (blocks->empty()) break;
    for (const Block& block : *blocks) {
      if (block.begin_offset > begin) return bytes;
      const auto raw = DecodeBlock(stream, block);
      if (!raw.ok()) return raw.status();
      const int64_t to = std::min(end, block.end_offset);
      bytes.append(*raw, static_cast<size_t>(begin - block.begin_offset),
                   static_cast<size_t>(to - begin));
      begin = to;
    }
  }
  return bytes;
}

}  // namespace proverlog
