#ifndef PROVERLOG_TESTS_TESTING_UTIL_ARCHIVE_H_
#define PROVERLOG_TESTS_TESTING_UTIL_ARCHIVE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/archive_store.h"

namespace proverlog::testing_util {

// The archive one block at a time.

inline StreamAdvance AdvanceBy(const Block& block, std::string head) {
  StreamAdvance advance;
  advance.generation = 1;
  advance.begin_offset = block.begin_offset;
  advance.end_offset = block.end_offset;
  advance.blocks = {block};
  advance.head = std::move(head);
  return advance;
}

inline absl::StatusOr<StreamKey> CreateStream(ArchiveWriter& store, const NewStream& stream,
                                              const Block& block, const std::string& head) {
  return store.CreateStream(stream, AdvanceBy(block, head));
}

// ABORTED where it was not written.
inline absl::Status Advance(ArchiveWriter& store, const StreamAdvance& advance) {
  const auto moved = store.Advance({advance});
  if (!moved.ok()) return moved.status();
  return moved->front() ? absl::OkStatus() : absl::AbortedError("not at this offset");
}

inline absl::Status Append(ArchiveWriter& store, const StreamKey& stream, int64_t generation,
                           const Block& block, const std::string& head) {
  StreamAdvance advance = AdvanceBy(block, head);
  advance.stream = stream;
  advance.generation = generation;
  return Advance(store, advance);
}

inline absl::Status Seal(ArchiveWriter& store, const StreamKey& stream, int64_t generation,
                         int64_t offset) {
  StreamAdvance advance;
  advance.stream = stream;
  advance.generation = generation;
  advance.begin_offset = advance.end_offset = offset;
  advance.seals = true;
  return Advance(store, advance);
}

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_ARCHIVE_H_
