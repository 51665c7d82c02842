#ifndef PROVERLOG_SERVER_NORMALIZE_STREAM_READER_H_
#define PROVERLOG_SERVER_NORMALIZE_STREAM_READER_H_

#include <cstdint>
#include <map>
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
};

// Normalizes about `max_bytes` of the stream's archived bytes, from where it is normalized, and the
// seal behind them. Goes on behind bytes that the archive has damaged or not at all. Comes no
// further where there is nothing more. DATA_LOSS where the saved state cannot be read; `index`
// outlives the call.
absl::StatusOr<NormalizedStream> ReadStream(const PendingStream& pending, int64_t max_bytes,
                                            const MessageIndex* index, ProjectionTransaction& tx,
                                            Told& told);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_NORMALIZE_STREAM_READER_H_
