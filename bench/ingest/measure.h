#ifndef PROVERLOG_BENCH_INGEST_MEASURE_H_
#define PROVERLOG_BENCH_INGEST_MEASURE_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/testing_util/service.h"

namespace proverlog::bench {

// What has been used so far.
struct Usage {
  double shipper_seconds = 0;  // of a processor: this process
  double service_seconds = 0;
  double postgres_seconds = 0;
  int64_t wal_syncs = 0;
  int64_t wal_bytes = 0;
};
Usage operator-(const Usage& a, const Usage& b);

Usage UsageOf(testing_util::Service& service, const std::string& data_dir);

// Memory of a process in bytes, now and at its highest.
int64_t ResidentBytes(pid_t pid);
int64_t PeakResidentBytes(pid_t pid);

// The first field of a query's first row, of the service's own PostgreSQL.
int64_t QueryNumber(const std::string& data_dir, const std::string& sql);

struct TableSize {
  std::string name;
  int64_t bytes = 0;  // with its indexes and partitions
};
std::vector<TableSize> TableSizes(const std::string& data_dir);

// `part` of the values are no larger.
double Percentile(std::vector<double> values, double part);

}  // namespace proverlog::bench

#endif  // PROVERLOG_BENCH_INGEST_MEASURE_H_
