#ifndef PROVERLOG_STORAGE_POSTGRES_ARCHIVE_STORE_H_
#define PROVERLOG_STORAGE_POSTGRES_ARCHIVE_STORE_H_

#include <pqxx/pqxx>
#include <vector>

#include "storage/archive_store.h"
#include "storage/postgres/connection_pool.h"

namespace proverlog::postgres {

// The archive in PostgreSQL. Thread-safe; the pool outlives it.
class ArchiveStore : public ArchiveWriter {
 public:
  explicit ArchiveStore(ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<std::vector<Block>> ReadBlocks(const StreamKey& stream, int64_t begin, int64_t end,
                                                int max_blocks) override;
  absl::StatusOr<int64_t> RemovedUntil(const StreamKey& stream) override;
  absl::StatusOr<std::vector<StreamCandidate>> FindStreams(absl::string_view prover,
                                                           absl::string_view machine,
                                                           absl::string_view head,
                                                           int64_t size) override;
  absl::StatusOr<int64_t> ReserveStreamId() override;
  absl::StatusOr<StreamKey> CreateStream(const NewStream& stream,
                                         const StreamAdvance& first) override;
  absl::StatusOr<OpenStream> ReopenStream(absl::string_view prover, int64_t stream_id,
                                          const std::vector<Anchor>& anchors) override;
  absl::StatusOr<std::vector<bool>> Advance(const std::vector<StreamAdvance>& advances) override;
  absl::StatusOr<OpenStream> Push(const PushedLines& lines) override;
  absl::StatusOr<StreamPosition> Position(const StreamKey& stream) override;
  absl::Status NoteSeen(const std::vector<StreamKey>& streams, UnixMillis at) override;
  absl::Status Probe() override;

 private:
  ConnectionPool* pool_;
};

// The blocks that overlap [begin, end), in order, at most `max_blocks`: merged ones, and live ones
// that are not merged yet. One may begin before the end of the one before it, but each goes
// further. They are read in one statement, whose state must not be older than its locks, so `tx` is
// READ COMMITTED: else a live partition could be dropped in between, and what it was merged into
// would not be seen. Throws libpqxx's exceptions.
std::vector<Block> SelectBlocks(pqxx::transaction_base& tx, const StreamKey& stream, int64_t begin,
                                int64_t end, int max_blocks);

// Where the bytes end that --keep-logs removed, else 0; throws libpqxx's exceptions.
int64_t SelectRemovedUntil(pqxx::transaction_base& tx, const StreamKey& stream);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_ARCHIVE_STORE_H_
