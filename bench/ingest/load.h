#ifndef PROVERLOG_BENCH_INGEST_LOAD_H_
#define PROVERLOG_BENCH_INGEST_LOAD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "model/time.h"

namespace proverlog::bench {

// A generated log in a file.
struct LogOnDisk {
  std::string machine;
  std::string path;
  int64_t lines = 0;
  int64_t bytes = 0;
};

// The logs of one prover.
struct LogSet {
  std::vector<LogOnDisk> logs;
  int64_t lines = 0;
  int64_t bytes = 0;
  UnixMillis begins_at = 0;
};

// Writes the logs of a prover with six machines: the broker's, the node's and six of agents.
LogSet WriteLogs(const std::string& directory, int epochs);

// Sends all logs at once as fast as the server takes them, each with `proverlog import`'s client on
// its own connection; returns when all are committed.
void ImportAll(const std::string& address, const std::string& prover, const LogSet& set);

// What was measured while logs were sent at a steady rate.
struct PacedResult {
  int64_t lines = 0;
  std::vector<double> ack_ms;      // from sending a batch to its acknowledgement
  std::vector<double> visible_ms;  // from a line's acknowledgement to the answer that has it
};

// Sends the logs at `lines_per_second` in all, each in batches of 50 ms, and ten times a second one
// line more, for which GetEpochSummary is asked until it has it.
PacedResult SendPaced(const std::string& address, const std::string& prover, const LogSet& set,
                      double lines_per_second, absl::Duration length);

}  // namespace proverlog::bench

#endif  // PROVERLOG_BENCH_INGEST_LOAD_H_
