#include "bench/ingest/measure.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <pqxx/pqxx>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace proverlog::bench {
namespace {

std::string ReadProc(pid_t pid, const std::string& name) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/", name));
  return {std::istreambuf_iterator<char>(file), {}};
}

// Of the process and of its children that have ended (proc(5)).
double ProcessorSeconds(pid_t pid) {
  const std::string stat = ReadProc(pid, "stat");
  const size_t end_of_name = stat.rfind(')');
  if (end_of_name == std::string::npos) return 0;
  const std::vector<std::string> fields = absl::StrSplit(stat.substr(end_of_name + 2), ' ');
  double ticks = 0;
  constexpr int kFirst = 14 - 3;  // utime; stime, cutime and cstime follow
  for (int i = kFirst; i < kFirst + 4; ++i) {
    int64_t value = 0;
    if (absl::SimpleAtoi(fields[static_cast<size_t>(i)], &value)) {
      ticks += static_cast<double>(value);
    }
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double OwnSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// A line "Name:   123 kB" of /proc/PID/status.
int64_t StatusBytes(pid_t pid, const std::string& name) {
  const std::string status = ReadProc(pid, "status");
  const size_t at = status.find(name + ":");
  int64_t kilobytes = 0;
  if (at == std::string::npos) return 0;
  const std::vector<std::string> words =
      absl::StrSplit(status.substr(at, 100), absl::ByAnyChar(" \t\n"), absl::SkipEmpty());
  return absl::SimpleAtoi(words[1], &kilobytes) ? kilobytes * 1024 : 0;
}

pqxx::result Query(const std::string& data_dir, const std::string& sql) {
  pqxx::connection connection(testing_util::ConninfoOf(data_dir));
  return pqxx::work(connection).exec(sql);
}

}  // namespace

Usage operator-(const Usage& a, const Usage& b) {
  return {a.shipper_seconds - b.shipper_seconds, a.service_seconds - b.service_seconds,
          a.postgres_seconds - b.postgres_seconds, a.wal_syncs - b.wal_syncs,
          a.wal_bytes - b.wal_bytes};
}

Usage UsageOf(testing_util::Service& service, const std::string& data_dir) {
  Usage usage;
  usage.shipper_seconds = OwnSeconds();
  usage.service_seconds = ProcessorSeconds(service.process().pid());
  for (const pid_t pid : testing_util::ProcessesIn(data_dir)) {
    usage.postgres_seconds += ProcessorSeconds(pid);
  }
  usage.wal_syncs = QueryNumber(data_dir, "SELECT wal_sync FROM pg_stat_wal");
  usage.wal_bytes = QueryNumber(data_dir, "SELECT wal_bytes::bigint FROM pg_stat_wal");
  return usage;
}

int64_t ResidentBytes(pid_t pid) { return StatusBytes(pid, "VmRSS"); }
int64_t PeakResidentBytes(pid_t pid) { return StatusBytes(pid, "VmHWM"); }

int64_t QueryNumber(const std::string& data_dir, const std::string& sql) {
  return Query(data_dir, sql)[0][0].as<int64_t>(0);
}

std::vector<TableSize> TableSizes(const std::string& data_dir) {
  std::vector<TableSize> sizes;
  for (const auto& row :
       Query(data_dir,
             "SELECT coalesce(pg_partition_root(oid), oid)::regclass::text AS name,"
             " sum(pg_total_relation_size(oid))::bigint FROM pg_class"
             " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
             " GROUP BY name ORDER BY 2 DESC, 1")) {
    sizes.push_back({row[0].as<std::string>(), row[1].as<int64_t>()});
  }
  return sizes;
}

double Percentile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto at = static_cast<size_t>(part * static_cast<double>(values.size()));
  return values[std::min(at, values.size() - 1)];
}

}  // namespace proverlog::bench
