#ifndef PROVERLOG_SERVER_QUERY_LOG_LINES_H_
#define PROVERLOG_SERVER_QUERY_LOG_LINES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/archive_store.h"

namespace proverlog {

// A line as it was written, without its ending; at most 16 KiB of it.
struct ArchivedLine {
  int64_t offset = 0;
  std::string text;
};

// The line that begins at `offset` of a stream, with up to `context` lines on each side, as far as
// they lie within 64 KiB of it. Empty where the archive does not have it; NOT_FOUND where it was
// removed because it was old.
absl::StatusOr<std::vector<ArchivedLine>> ReadLinesAround(ArchiveReader& archive,
                                                          const StreamKey& stream, int64_t offset,
                                                          int context);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LOG_LINES_H_
