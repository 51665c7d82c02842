#ifndef PROVERLOG_STORAGE_ARCHIVE_STORE_H_
#define PROVERLOG_STORAGE_ARCHIVE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/types.h"

namespace proverlog {

// Reads the archive. Thread-safe.
class ArchiveReader {
 public:
  virtual ~ArchiveReader() = default;

  // The blocks that overlap [begin, end), in order, at most `max_blocks` of them. Where blocks are
  // being merged, one may begin before the end of the one before it, but each goes further.
  virtual absl::StatusOr<std::vector<Block>> ReadBlocks(const StreamKey& stream, int64_t begin,
                                                        int64_t end, int max_blocks) = 0;

  // Where the bytes end that were removed because they were old; 0 where none were.
  virtual absl::StatusOr<int64_t> RemovedUntil(const StreamKey& stream) = 0;
};

// A stream that begins with the same bytes as a client's log.
struct StreamCandidate {
  StreamKey key;
  int64_t committed_offset = 0;
};

// More logs of one machine that begin alike are not told apart.
inline constexpr size_t kMaxCandidates = 500;

// A stream that is made with its first block.
struct NewStream {
  int64_t stream_id = 0;  // from ReserveStreamId
  std::string prover;
  std::string machine;
  std::string source;
  std::vector<Anchor> anchors;  // by offset
  // How the log begins, and the streams that were known to begin so: where there is another one by
  // now, somebody else sends the same log. With kMaxCandidates of them it is not looked for.
  std::string log_head;
  std::vector<int64_t> known_stream_ids;
};

// A stream that is open for one client.
struct OpenStream {
  StreamKey key;
  int64_t generation = 0;
  int64_t committed_offset = 0;
  std::vector<Anchor> anchors;  // by offset
};

// Writes the archive and nothing else. Thread-safe.
class ArchiveWriter : public ArchiveReader {
 public:
  // Streams of the prover's machine whose head and `head` agree as far as both go, at most
  // kMaxCandidates: first those that are no longer than `size`, then the others, the most advanced
  // first. None where the prover is not known.
  virtual absl::StatusOr<std::vector<StreamCandidate>> FindStreams(absl::string_view prover,
                                                                   absl::string_view machine,
                                                                   absl::string_view head,
                                                                   int64_t size) = 0;

  // A number that no other stream has or gets.
  virtual absl::StatusOr<int64_t> ReserveStreamId() = 0;

  // Makes a stream with its first block, and its prover where it is the first one of that name, in
  // one transaction: no stream is empty. `head` as in Append. ABORTED where somebody else has begun
  // to send the same log since.
  virtual absl::StatusOr<StreamKey> CreateStream(const NewStream& stream, const Block& block,
                                                 absl::string_view head) = 0;

  // Raises the stream's generation: whoever opened it before is fenced off. A stream that has no
  // anchors takes those of the given ones that date nothing but lines to come: what a committed
  // line becomes is settled. NOT_FOUND where there is no such stream.
  virtual absl::StatusOr<OpenStream> ReopenStream(absl::string_view prover, int64_t stream_id,
                                                  const std::vector<Anchor>& anchors) = 0;

  // Commits the block and moves the committed offset to its end, both or neither. `head` is the
  // stream's head after the block where the block begins within it, else empty.
  //
  // ABORTED where the block does not begin at the committed offset or the generation is not the
  // newest; then nothing was written, and Position says which. UNAVAILABLE where the database could
  // not be asked, or the commit is in doubt.
  virtual absl::Status Append(const StreamKey& stream, int64_t generation, const Block& block,
                              absl::string_view head) = 0;

  // Records that the log ends at `offset`, the committed offset, for now. Fails as Append does.
  virtual absl::Status Seal(const StreamKey& stream, int64_t generation, int64_t offset) = 0;

  struct StreamPosition {
    int64_t generation = 0;
    int64_t committed_offset = 0;
  };
  virtual absl::StatusOr<StreamPosition> Position(const StreamKey& stream) = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_STORAGE_ARCHIVE_STORE_H_
