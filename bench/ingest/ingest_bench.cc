// ingest_bench: how fast logs become durable and queryable, and what that takes. Prints each figure
// beside its goal; docs/performance.md says what they mean.
//
//   build/bench/ingest_bench [EPOCHS]

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/ingest/load.h"
#include "bench/ingest/measure.h"
#include "bench/ingest/raw_stream.h"
#include "bench/ingest/reference.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_files.h"

namespace proverlog::bench {
namespace {

using testing_util::Service;

constexpr char kCommitted[] =
    "SELECT coalesce(sum(committed_offset), 0)::bigint FROM stream_position";
constexpr char kNormalized[] =
    "SELECT coalesce(sum(normalized_offset), 0)::bigint FROM stream_progress";
constexpr int kIdleStreams = 2000;
constexpr int kStreamsAConnection = 100;
constexpr int kPacedRounds = 3;
// A connection of PostgreSQL's that becomes idle tells its statistics after 10 s.
constexpr absl::Duration kStatisticsDelay = absl::Seconds(11);
constexpr double kMillion = 1e6;
constexpr double kMebibyte = 1 << 20;

double SecondsSince(absl::Time begin) { return absl::ToDoubleSeconds(absl::Now() - begin); }

void Print(const std::string& what, const std::string& value, const std::string& goal = "") {
  std::printf("  %-44s %-34s %s\n", what.c_str(), value.c_str(), goal.c_str());
  std::fflush(stdout);
}

std::string Rate(double lines_per_second) {
  return absl::StrCat(static_cast<int64_t>(lines_per_second / 1000), "k lines/s");
}

std::string Fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  return text;
}

std::string Times(double value, double reference) {
  return absl::StrCat(Rate(value), ", ", Fixed(value / reference, 2), " x COPY");
}

void MeasureIdleStreams(Service& service) {
  std::vector<std::unique_ptr<v1::LogIngestService::Stub>> stubs;
  std::vector<std::unique_ptr<RawStream>> streams;
  int64_t before = 0;
  constexpr int kWarmUp = kStreamsAConnection;
  for (int i = 0; i < kIdleStreams + kWarmUp; ++i) {
    if (i % kStreamsAConnection == 0) {
      grpc::ChannelArguments arguments;
      arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
      stubs.push_back(v1::LogIngestService::NewStub(grpc::CreateCustomChannel(
          service.address(), grpc::InsecureChannelCredentials(), arguments)));
    }
    if (i == kWarmUp) before = ResidentBytes(service.process().pid());
    const std::string line = absl::StrCat("[00:00:00.000] INFO: m Line ", i, "\n");
    const RawLog log{"idle", absl::StrCat("machine-", i), "a.log", 0};
    streams.push_back(std::make_unique<RawStream>(stubs.back().get(), log, line));
    streams.back()->Send(line);
    streams.back()->ReadAck();
  }
  const double bytes = static_cast<double>(ResidentBytes(service.process().pid()) - before);
  Print(absl::StrCat("service memory, ", kIdleStreams, " idle streams"),
        absl::StrCat(Fixed(bytes / kIdleStreams / 1024, 1), " KiB a stream"), "<= 64 KiB");
}

void PrintSizes(const std::string& data_dir, const LogSet& set) {
  const auto lines = static_cast<double>(set.lines);
  double all = 0;
  std::string tables;
  for (const TableSize& table : TableSizes(data_dir)) {
    const double bytes = static_cast<double>(table.bytes) / lines;
    all += bytes;
    if (bytes >= 0.1) absl::StrAppend(&tables, " ", table.name, " ", Fixed(bytes, 1));
  }
  Print("PostgreSQL bytes a line", Fixed(all, 1), "<= 150");
  std::printf("   %s\n", tables.c_str());
}

void PrintUsage(const Usage& used, const LogSet& set) {
  const double millions = static_cast<double>(set.lines) / kMillion;
  Print("processor seconds a million lines",
        absl::StrCat("shipper ", Fixed(used.shipper_seconds / millions, 2), ", service ",
                     Fixed(used.service_seconds / millions, 2), ", PostgreSQL ",
                     Fixed(used.postgres_seconds / millions, 2)));
  Print("syncs of the write-ahead log, of both",
        absl::StrCat(used.wal_syncs, ", ",
                     Fixed(static_cast<double>(used.wal_bytes) / static_cast<double>(set.lines), 0),
                     " bytes written a line"));
}

// Sends everything at once; returns the lines per second that became queryable.
double MeasureFullLoad(Service& service, const std::string& data_dir, const LogSet& set,
                       double copy) {
  const auto lines = static_cast<double>(set.lines);
  RunPsql(data_dir, "CHECKPOINT");
  const int64_t normalized_before = QueryNumber(data_dir, kNormalized);
  const auto normalized = [&] { return QueryNumber(data_dir, kNormalized) - normalized_before; };
  const Usage before = UsageOf(service, data_dir);
  const absl::Time begin = absl::Now();
  ImportAll(service.address(), "full", set);
  const double durable = lines / SecondsSince(begin);
  const double meanwhile = static_cast<double>(normalized()) / static_cast<double>(set.bytes);
  Print("durable, 8 shippers", Times(durable, copy), ">= 2 x");
  Print("  normalized meanwhile", absl::StrCat(Fixed(100 * meanwhile, 0), " % of the lines"));
  while (normalized() < set.bytes) absl::SleepFor(absl::Milliseconds(50));
  const double queryable = lines / SecondsSince(begin);
  Print("queryable", Times(queryable, copy), ">= 0.5 x");
  absl::SleepFor(kStatisticsDelay);
  PrintUsage(UsageOf(service, data_dir) - before, set);
  Print("service memory, at most",
        absl::StrCat(
            Fixed(static_cast<double>(PeakResidentBytes(service.process().pid())) / kMebibyte, 0),
            " MiB"),
        "<= 300 MiB");
  return queryable;
}

void MeasureHalfLoad(Service& service, const std::string& data_dir, const LogSet& set,
                     double lines_per_second) {
  // No longer than there are lines: behind them there is no load.
  const absl::Duration length = absl::Seconds(static_cast<double>(set.lines) / lines_per_second);
  const auto lag = [&] {
    return static_cast<double>(QueryNumber(data_dir, kCommitted) -
                               QueryNumber(data_dir, kNormalized)) /
           kMebibyte;
  };
  std::string lags;
  std::atomic<bool> done = false;
  std::thread watch([&] {
    while (!done) {
      absl::SleepFor(length / 2);
      if (!done) absl::StrAppend(&lags, " ", Fixed(lag(), 2));
    }
  });
  const absl::Time begin = absl::Now();
  PacedResult paced;
  for (int i = 0; i < kPacedRounds; ++i) {
    const PacedResult one =
        SendPaced(service.address(), absl::StrCat("paced-", i), set, lines_per_second, length);
    paced.lines += one.lines;
    paced.ack_ms.insert(paced.ack_ms.end(), one.ack_ms.begin(), one.ack_ms.end());
    paced.visible_ms.insert(paced.visible_ms.end(), one.visible_ms.begin(), one.visible_ms.end());
  }
  const double rate = static_cast<double>(paced.lines) / SecondsSince(begin);
  done = true;
  watch.join();
  const auto both = [](const std::vector<double>& ms) {
    return absl::StrCat("p50 ", Fixed(Percentile(ms, 0.5), 1), " ms, p99 ",
                        Fixed(Percentile(ms, 0.99), 1), " ms (", ms.size(), ")");
  };
  Print("half of that load", absl::StrCat(Rate(rate), ", lag in MiB:", lags));
  Print("  acknowledged after", both(paced.ack_ms), "p50 <= 20 ms, p99 <= 100 ms");
  Print("  commit to visible in GetEpochSummary", both(paced.visible_ms),
        "p50 <= 200 ms, p99 <= 1 s");
}

int Main(int epochs) {
  const testing_util::TempDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  const LogSet set = WriteLogs(directory.path() + "/logs", epochs);
  Service service("--data-dir=" + data_dir);
  std::printf("%zu logs, %lld lines, %lld bytes a line\n", set.logs.size(),
              static_cast<long long>(set.lines), static_cast<long long>(set.bytes / set.lines));
  MeasureIdleStreams(service);
  const double copy = MeasureCopy(data_dir, set);
  Print("reference: psql \\copy into one text table", Rate(copy));
  const auto rsyslog = MeasureRsyslog(data_dir, set, directory.path() + "/rsyslog");
  Print("reference: rsyslog into one text table",
        rsyslog ? Rate(*rsyslog) : "not there: apt-get install rsyslog-pgsql");
  const double queryable = MeasureFullLoad(service, data_dir, set, copy);
  if (rsyslog) {
    Print("queryable, beside rsyslog", absl::StrCat(Fixed(queryable / *rsyslog, 1), " x"),
          ">= 10 x");
  }
  PrintSizes(data_dir, set);
  MeasureHalfLoad(service, data_dir, set, queryable / 2);
  return 0;
}

}  // namespace
}  // namespace proverlog::bench

int main(int argc, char** argv) {
  int epochs = 120;  // 2 million lines
  if (argc > 2 || (argc == 2 && (!absl::SimpleAtoi(argv[1], &epochs) || epochs < 1))) {
    std::fprintf(stderr, "usage: ingest_bench [EPOCHS]\n");
    return 2;
  }
  try {
    return proverlog::bench::Main(epochs);
  } catch (const std::exception& e) {  // what was started is stopped
    std::fprintf(stderr, "ingest_bench: %s\n", e.what());
    return 1;
  }
}
