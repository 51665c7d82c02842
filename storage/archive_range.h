#ifndef PROVERLOG_STORAGE_ARCHIVE_RANGE_H_
#define PROVERLOG_STORAGE_ARCHIVE_RANGE_H_

#include <string>

#include "absl/status/statusor.h"
#include "storage/archive_store.h"
#include "storage/types.h"

namespace proverlog {

// The raw bytes [begin, end) of a stream. Fewer than asked for where the archive does not have
// them all; DATA_LOSS where a block cannot be read.
absl::StatusOr<std::string> ReadRange(ArchiveReader& archive, const StreamKey& stream,
                                      int64_t begin, int64_t end);

// A block's raw bytes; DATA_LOSS where it is damaged.
absl::StatusOr<std::string> DecodeBlock(const StreamKey& stream, const Block& block);

}  // namespace proverlog

#endif  // PROVERLOG_STORAGE_ARCHIVE_RANGE_H_
