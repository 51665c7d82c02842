#ifndef PROVERLOG_STORAGE_POSTGRES_STREAM_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_STREAM_ROWS_H_

#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/stream.h"
#include "model/time.h"
#include "storage/query_store.h"
#include "storage/types.h"

namespace proverlog::postgres {

// A stream's counts as columns of stream_progress. All functions throw libpqxx's exceptions.

inline constexpr char kCountColumns[] =
    "lines, records, understood, not_understood, undated, cut, facts, first_at, last_at,"
    " aztec_versions";

// Reads kCountColumns from the row, beginning at `column`.
StreamCounts ReadCounts(const pqxx::row& row, int column);

// The column `facts`: a JSON object of numbers by kind.
std::string FactCountsToJson(const StreamCounts& counts);

// What ReadStreams reads of a prover ($1) and projection ($2), with kCountColumns between them.
inline constexpr char kStreamColumns[] =
    "SELECT s.stream_id, s.machine, s.source, sp.committed_offset,"
    " coalesce(pr.normalized_offset, 0), coalesce(pr.sealed_offset = sp.committed_offset, false),"
    " sp.received_at, greatest(sp.received_at, sa.seen_at), ";
inline constexpr char kStreamTables[] =
    " FROM stream s JOIN stream_position sp USING (prover_id, stream_id)"
    " LEFT JOIN stream_attendance sa USING (prover_id, stream_id)"
    " LEFT JOIN stream_progress pr ON pr.prover_id = s.prover_id AND pr.projection_id = $2"
    "  AND pr.stream_id = s.stream_id WHERE s.prover_id = $1 ";
// In the condition of the same: whether nobody said that the log ended, and it was last heard of
// between two instants.
std::string LastHeardOf(absl::string_view begin, absl::string_view end);

// How long before a time a log may have fallen silent that is missed in it.
inline constexpr Millis kSilentBefore = kDay;

// The rows' streams, with their gaps and what the projection could not read.
std::vector<StreamStatus> ReadStreams(pqxx::transaction_base& tx, const ProjectionKey& projection,
                                      const pqxx::result& rows);

// As QueryStore::FindStreams says.
std::vector<StreamStatus> SelectStreams(pqxx::transaction_base& tx, const ProjectionKey& projection,
                                        const LogFilter& filter, int limit);

// As QueryStore::FindActive says.
struct ActiveFilter {
  std::string machine;
  std::string source;
  UnixMillis since = 0;
};
ActiveLogs SelectActive(pqxx::transaction_base& tx, const ProjectionKey& projection,
                        const ActiveFilter& filter, int limit);

// As QueryStore::ListGaps says.
std::vector<Gap> SelectMissing(pqxx::transaction_base& tx, const ProjectionKey& projection,
                               int64_t stream_id, int64_t begin, int64_t end);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_STREAM_ROWS_H_
