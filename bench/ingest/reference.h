#ifndef PROVERLOG_BENCH_INGEST_REFERENCE_H_
#define PROVERLOG_BENCH_INGEST_REFERENCE_H_

#include <optional>
#include <string>

#include "bench/ingest/load.h"

namespace proverlog::bench {

// Other ways to bring the same lines into the same PostgreSQL, into a table of one text column
// without an index. Both return lines per second.

// psql's \copy, one log after the other.
double MeasureCopy(const std::string& data_dir, const LogSet& set);

// rsyslog, which reads the files and inserts with its module for PostgreSQL, for some seconds;
// nothing where it is not installed. `directory` is for its files.
std::optional<double> MeasureRsyslog(const std::string& data_dir, const LogSet& set,
                                     const std::string& directory);

// Runs SQL or one of psql's commands as the service's own account; throws where it fails.
void RunPsql(const std::string& data_dir, const std::string& command);

}  // namespace proverlog::bench

#endif  // PROVERLOG_BENCH_INGEST_REFERENCE_H_
