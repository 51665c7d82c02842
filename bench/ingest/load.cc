#include "bench/ingest/load.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "bench/generator/generator.h"
#include "bench/ingest/raw_stream.h"
#include "client/importer/log_importer.h"
#include "proverlog/v1/query.grpc.pb.h"

namespace proverlog::bench {
namespace {

constexpr int kMachines = 6;
constexpr int kJobsAnEpoch = 2000;
constexpr absl::Duration kBatchInterval = absl::Milliseconds(50);
constexpr absl::Duration kProbeInterval = absl::Milliseconds(100);
// Each answer takes some 4 ms of the cores: asked for without a pause they would be a load of their
// own.
constexpr absl::Duration kAskInterval = absl::Milliseconds(20);
constexpr int kProbeEpoch = 1;

std::shared_ptr<grpc::Channel> OwnConnection(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class FileSink : public generator::GeneratorSink {
 public:
  FileSink(const std::string& directory, const std::vector<generator::GeneratedLog>& logs) {
    for (const generator::GeneratedLog& log : logs) {
      std::filesystem::create_directories(absl::StrCat(directory, "/", log.machine));
      set.logs.push_back({log.machine, absl::StrCat(directory, "/", log.machine, "/", log.name)});
      files_.emplace_back(set.logs.back().path, std::ios::binary);
    }
  }

  void OnText(size_t log, absl::string_view text) override {
    files_[log].write(text.data(), static_cast<std::streamsize>(text.size()));
    const int64_t lines = std::count(text.begin(), text.end(), '\n');
    const auto bytes = static_cast<int64_t>(text.size());
    set.logs[log].lines += lines;
    set.logs[log].bytes += bytes;
    set.lines += lines;
    set.bytes += bytes;
  }

  LogSet set;

 private:
  std::vector<std::ofstream> files_;
};

void Import(const std::string& address, const std::string& prover, const LogOnDisk& log,
            UnixMillis begins_at) {
  const auto stub = v1::LogIngestService::NewStub(OwnConnection(address));
  const auto file = LogFile::Open(log.path);
  const LogScan scan{.size = log.bytes};
  LogImporter importer(stub.get(), RealSleeper());
  const ImportResult result =
      importer.Import({prover, log.machine, (*file)->source(), {{0, begins_at, "UTC"}}}, **file,
                      scan, [](int64_t /*committed*/) {});
  if (result.status.ok()) return;
  std::fprintf(stderr, "ingest_bench: %s: %s\n", log.path.c_str(),
               std::string(result.status.message()).c_str());
  std::exit(1);
}

// What was sent and is not acknowledged: the offset behind it, and when it was sent.
class InFlight {
 public:
  void Add(int64_t offset, absl::Time at) {
    absl::MutexLock lock(&mutex_);
    sent_.emplace_back(offset, at);
  }
  void Acknowledge(int64_t offset, std::vector<double>& ack_ms) {
    const absl::Time now = absl::Now();
    absl::MutexLock lock(&mutex_);
    for (; !sent_.empty() && sent_.front().first <= offset; sent_.pop_front()) {
      ack_ms.push_back(absl::ToDoubleMilliseconds(now - sent_.front().second));
    }
  }

 private:
  absl::Mutex mutex_;
  std::deque<std::pair<int64_t, absl::Time>> sent_ ABSL_GUARDED_BY(mutex_);
};

// Where `lines` more lines end.
size_t SkipLines(const std::string& text, size_t at, int64_t lines) {
  for (; lines > 0 && at < text.size(); --lines) {
    const size_t newline = text.find('\n', at);
    at = newline == std::string::npos ? text.size() : newline + 1;
  }
  return at;
}

PacedResult SendOnePaced(const std::string& address, const RawLog& log, const std::string& text,
                         double lines_per_second, absl::Duration length) {
  PacedResult result;
  const auto stub = v1::LogIngestService::NewStub(OwnConnection(address));
  RawStream stream(stub.get(), log, text);
  InFlight in_flight;
  std::atomic<int64_t> last = -1;  // the offset behind the last batch
  std::thread reader([&] {
    for (int64_t committed = 0; committed != last;) {
      committed = stream.ReadAck();
      in_flight.Acknowledge(committed, result.ack_ms);
    }
  });
  const absl::Time begin = absl::Now();
  size_t at = 0;
  for (absl::Time due = begin; at < text.size(); due += kBatchInterval) {
    absl::SleepFor(due - absl::Now());
    const auto lines = static_cast<int64_t>(absl::ToDoubleSeconds(due - begin + kBatchInterval) *
                                            lines_per_second);
    const size_t end = SkipLines(text, at, lines - result.lines);
    if (end == at) continue;
    result.lines = lines;
    const bool is_last = end == text.size() || due - begin >= length;
    const int64_t offset = static_cast<int64_t>(end);
    in_flight.Add(offset, absl::Now());
    if (is_last) last = offset;
    stream.Send(absl::string_view(text).substr(at, end - at));
    at = is_last ? text.size() : end;
  }
  reader.join();
  return result;
}

std::string EnqueueLine(int number) {
  const std::string id = absl::StrCat(
      kProbeEpoch, ":PUBLIC_VM:", absl::Hex(number, absl::kZeroPad16), std::string(48, 'a'));
  return absl::StrCat("[00:00:05.000] INFO: prover-client:proving-broker New proving job id=", id,
                      " epochNumber=", kProbeEpoch, " {\"provingJobId\":\"", id, "\"}\n");
}

// Sends lines that enqueue a job each, until `end`; returns how long each took to be seen.
std::vector<double> ProbeVisibility(const std::string& address, const RawLog& log, absl::Time end) {
  const auto channel = OwnConnection(address);
  const auto ingest = v1::LogIngestService::NewStub(channel);
  const auto query = v1::QueryService::NewStub(OwnConnection(address));
  RawStream stream(ingest.get(), log, EnqueueLine(1));
  v1::GetEpochSummaryRequest request;
  request.set_prover(log.prover);
  request.set_epoch(kProbeEpoch);
  std::vector<double> visible_ms;
  for (int jobs = 1; absl::Now() < end; ++jobs) {
    const absl::Time next = absl::Now() + kProbeInterval;
    stream.Send(EnqueueLine(jobs));
    stream.ReadAck();
    const absl::Time committed = absl::Now();
    for (;;) {
      grpc::ClientContext context;
      v1::GetEpochSummaryResponse response;
      const grpc::Status status = query->GetEpochSummary(&context, request, &response);
      if (status.ok() && response.totals().jobs() >= jobs) break;
      absl::SleepFor(kAskInterval);
    }
    visible_ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - committed));
    absl::SleepFor(next - absl::Now());
  }
  return visible_ms;
}

}  // namespace

LogSet WriteLogs(const std::string& directory, int epochs) {
  generator::GeneratorOptions options;
  options.epochs = epochs;
  options.machines = kMachines;
  options.jobs = kJobsAnEpoch;
  FileSink sink(directory, generator::LogsOf(options));
  generator::Generate(options, sink);
  sink.set.begins_at = options.start;
  return std::move(sink.set);
}

void ImportAll(const std::string& address, const std::string& prover, const LogSet& set) {
  std::vector<std::thread> threads;
  for (const LogOnDisk& log : set.logs) {
    threads.emplace_back([&] { Import(address, prover, log, set.begins_at); });
  }
  for (std::thread& thread : threads) thread.join();
}

PacedResult SendPaced(const std::string& address, const std::string& prover, const LogSet& set,
                      double lines_per_second, absl::Duration length) {
  PacedResult all;
  absl::Mutex mutex;
  std::vector<std::thread> threads;
  for (const LogOnDisk& log : set.logs) {
    // Each log has its share of the rate.
    const double rate =
        lines_per_second * static_cast<double>(log.lines) / static_cast<double>(set.lines);
    threads.emplace_back([&, rate] {
      const std::string text = ReadFile(log.path);
      const RawLog raw{prover, log.machine, log.path, set.begins_at};
      PacedResult one = SendOnePaced(address, raw, text, rate, length);
      absl::MutexLock lock(&mutex);
      all.lines += one.lines;
      all.ack_ms.insert(all.ack_ms.end(), one.ack_ms.begin(), one.ack_ms.end());
    });
  }
  all.visible_ms =
      ProbeVisibility(address, {prover, "probe", "probe.log", set.begins_at}, absl::Now() + length);
  for (std::thread& thread : threads) thread.join();
  return all;
}

}  // namespace proverlog::bench
