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
  // Where the last gap of its sender's ends before what both have does, else 0: from there on the
  // archive had every byte. (Of what retention removes it keeps the end.)
  int64_t whole_from = 0;
  UnixMillis received_at = 0;  // of its last bytes
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

// What moves a stream's committed offset, all of it or nothing: consecutive blocks and gaps.
struct StreamAdvance {
  StreamKey stream;
  int64_t generation = 0;
  int64_t begin_offset = 0;  // the committed offset
  int64_t end_offset = 0;
  std::vector<Block> blocks;
  std::vector<Gap> gaps;
  std::vector<Anchor> anchors;  // behind the gaps
  bool seals = false;           // the log ends at end_offset for now
  std::string head;             // the stream's head afterwards, where it grows; else empty
};

// Adds what comes next of the same stream. Returns false, and changes nothing, where `next` does
// not follow.
bool Extend(StreamAdvance& advance, StreamAdvance& next);

// Lines or bytes for the end of a log that is known by its name.
struct PushedLines {
  std::string prover;
  std::string machine;
  std::string source;
  std::optional<int64_t> begin_offset;  // what is committed already is skipped
  std::string raw;
  std::vector<Anchor> anchors;  // taken where the stream is new; at offset 0
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

  // Makes a stream with what comes first, and its prover where it is the first one of that name, in
  // one transaction: no stream is empty. ABORTED where somebody else has begun to send the same log
  // since.
  virtual absl::StatusOr<StreamKey> CreateStream(const NewStream& stream,
                                                 const StreamAdvance& first) = 0;

  // Raises the stream's generation: whoever opened it before is fenced off. A stream that has no
  // anchors takes those of the given ones that date nothing but lines to come: what a committed
  // line becomes is settled. NOT_FOUND where there is no such stream.
  virtual absl::StatusOr<OpenStream> ReopenStream(absl::string_view prover, int64_t stream_id,
                                                  const std::vector<Anchor>& anchors) = 0;

  // Commits what several streams get, each of them once, in one transaction. Returns for each
  // whether it was: not where it does not begin at the committed offset or the generation is not
  // the newest; then nothing of it was written, and Position says which. UNAVAILABLE where the
  // database could not be asked, or the commit is in doubt.
  virtual absl::StatusOr<std::vector<bool>> Advance(const std::vector<StreamAdvance>& advances) = 0;

  // Appends to the log of that name, which is made where it is missing; nothing where begin_offset
  // lies beyond the committed offset. Returns the stream as it is then.
  virtual absl::StatusOr<OpenStream> Push(const PushedLines& lines) = 0;

  struct StreamPosition {
    int64_t generation = 0;
    int64_t committed_offset = 0;
  };
  virtual absl::StatusOr<StreamPosition> Position(const StreamKey& stream) = 0;

  // Notes that the streams' senders were there at the instant; what they had is committed.
  virtual absl::Status NoteSeen(const std::vector<StreamKey>& streams, UnixMillis at) = 0;

  // Makes a commit that writes to no table: OK where the database can, as for a block.
  virtual absl::Status Probe() = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_STORAGE_ARCHIVE_STORE_H_
