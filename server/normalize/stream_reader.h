#ifndef PROVERLOG_SERVER_NORMALIZE_STREAM_READER_H_
#define PROVERLOG_SERVER_NORMALIZE_STREAM_READER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/job_set.h"
#include "model/circuit_run.h"
#include "model/event.h"
#include "model/unknown_message.h"
#include "normalizer/message_catalogue.h"
#include "storage/projection_store.h"

namespace proverlog {

// What streams tell.
struct Told {
  JobSet jobs;
  std::vector<Event> events;
  std::vector<CircuitRun> circuit_runs;
  std::map<int64_t, UnknownCounts> unknown;  // by stream

  // Whether it is as much as one transaction should write.
  bool is_full() const;
};

// A stream's archived bytes, from where it is normalized.
struct StreamBytes {
  PendingStream stream;
  std::vector<Gap> gaps;
  std::vector<Block> blocks;  // each where the one before or a gap ends
  int64_t limit = 0;          // nothing is read beyond
  // Where there is no first block: the bytes up to here are missing.
  std::optional<int64_t> missing_end;
};

// Fetches `max_bytes`; the last block may be one of which only the begin is read.
absl::StatusOr<StreamBytes> FetchStream(const PendingStream& stream, int64_t max_bytes,
                                        ProjectionTransaction& tx);

// Normalizes them, up to the end of the block that makes `told` full, and the seal behind them.
// Goes on behind bytes that the archive has damaged or not at all. DATA_LOSS where the saved state
// cannot be read; `index` outlives the call.
absl::StatusOr<NormalizedStream> ReadStream(const StreamBytes& bytes, const MessageIndex* index,
                                            Told& told);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_NORMALIZE_STREAM_READER_H_
