// proverlogd: wires the service together. The only place that knows all of it.

#include <malloc.h>
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/alerts/alerting.h"
#include "server/alerts/rules_file.h"
#include "server/archive/archive_worker.h"
#include "server/config/check_config.h"
#include "server/config/command_line.h"
#include "server/config/config.h"
#include "server/config/configuration.h"
#include "server/database_commands.h"
#include "server/embedded/private_postgres.h"
#include "server/grpc/alert_service.h"
#include "server/grpc/grpc_server.h"
#include "server/grpc/ingest_service.h"
#include "server/grpc/query_service.h"
#include "server/grpc/work_queue.h"
#include "server/http/http_server.h"
#include "server/http/operator_pages.h"
#include "server/ingest/attendance.h"
#include "server/ingest/commit_monitor.h"
#include "server/ingest/group_writer.h"
#include "server/ingest/intake_budget.h"
#include "server/metrics/metrics.h"
#include "server/normalize/normalizer_worker.h"
#include "server/stop_limit.h"
#include "storage/postgres/alert_outbox.h"
#include "storage/postgres/alert_store.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/connection_pool.h"
#include "storage/postgres/maintenance_store.h"
#include "storage/postgres/migrate.h"
#include "storage/postgres/projection_store.h"
#include "storage/postgres/query_store.h"
#include "version.h"

namespace proverlog {
namespace {

constexpr int kIngestThreads = 4;
constexpr int kOpeningThreads = 2;
constexpr int kPushThreads = 2;
constexpr int kWriterThreads = 2;
constexpr int kNormalizerThreads = 2;  // each with another to read ahead
constexpr int kQueryThreads = 4;
constexpr int kDeliveryConnections = 2;  // of all receivers' threads
constexpr int kAlertConnections = 1;     // one thread evaluates
constexpr size_t kIntakeMemory = size_t{224} << 20;
constexpr size_t kPushMemory = size_t{32} << 20;
constexpr size_t kWaitingQueries = 256;
constexpr absl::Duration kQueryTimeout = absl::Seconds(10);
constexpr size_t kWaitingRulesTests = 4;
constexpr absl::Duration kRulesTestTimeout = absl::Seconds(60);
constexpr timespec kSignalPoll{1, 0};
// Together shorter than what a container is given to end (10 s).
constexpr absl::Duration kStopLimit = absl::Seconds(8);
constexpr absl::Duration kCancelLimit = absl::Seconds(1);
// Exit codes.
constexpr int kWrongConfiguration = 2;
constexpr int kTryLater = 3;

// Waits until the service is told to stop, or has lost its database for good; calls `look` every
// second.
absl::Status AwaitEnd(const sigset_t& signals, PrivatePostgres* postgres,
                      const std::function<void()>& look) {
  for (;;) {
    const int signal = sigtimedwait(&signals, nullptr, &kSignalPoll);
    if (signal > 0) {
      spdlog::info("stopping ({})", strsignal(signal));
      return absl::OkStatus();
    }
    if (postgres != nullptr && postgres->IsLost()) {
      return absl::UnavailableError("the private PostgreSQL is gone; see its log in --data-dir");
    }
    look();
  }
}

// Tells the health service's clients, and the log, when the database begins or ceases to commit.
class HealthReport {
 public:
  HealthReport(CommitMonitor* monitor, GrpcServer* server) : monitor_(monitor), server_(server) {}

  void Update() {
    const absl::Status status = monitor_->status();
    if (status.ok() == serving_) return;
    serving_ = status.ok();
    server_->SetServing(serving_);
    if (serving_) {
      spdlog::info("the database commits again");
    } else {
      spdlog::error("the database does not commit, senders wait: {}",
                    std::string(status.message()));
    }
  }

 private:
  CommitMonitor* monitor_;
  GrpcServer* server_;
  bool serving_ = true;
};

// The connections of those who must not wait for each other's.
struct Pools {
  std::unique_ptr<postgres::ConnectionPool> ingest;
  std::unique_ptr<postgres::ConnectionPool> writer;
  std::unique_ptr<postgres::ConnectionPool> normalizer;
  std::unique_ptr<postgres::ConnectionPool> maintenance;
  std::unique_ptr<postgres::ConnectionPool> query;
  std::unique_ptr<postgres::ConnectionPool> alerts;
  std::unique_ptr<postgres::ConnectionPool> delivery;
};

absl::StatusOr<Pools> MakePools(const std::string& database) {
  Pools pools;
  absl::Status status;
  const auto make = [&](postgres::PoolOptions options) {
    options.database = database;
    auto pool = postgres::ConnectionPool::Create(options);
    status.Update(pool.status());
    return pool.ok() ? *std::move(pool) : nullptr;
  };
  pools.ingest = make({.size = kIngestThreads + kOpeningThreads + kPushThreads});
  pools.writer = make({.size = kWriterThreads + 1});  // the monitor has one of these connections
  pools.normalizer = make({.size = kNormalizerThreads});
  pools.maintenance = make({.size = 1});
  // One more for a test of rules.
  pools.query = make({.size = kQueryThreads + 1, .statement_timeout = kQueryTimeout});
  pools.alerts = make({.size = kAlertConnections});
  pools.delivery = make({.size = kDeliveryConnections});
  if (!status.ok()) return status;
  return pools;
}

void GiveUp(const Pools& pools, const IngestMetrics& metrics) {
  spdlog::error(
      "the database does not answer for {}: {} messages of logs are left without acknowledgement",
      absl::FormatDuration(kStopLimit), metrics.queue_messages.Value());
  const absl::Time deadline = absl::Now() + kCancelLimit;
  for (const auto* pool : {&pools.ingest, &pools.writer, &pools.normalizer, &pools.maintenance,
                           &pools.query, &pools.alerts, &pools.delivery}) {
    (*pool)->Abort(deadline);
  }
}

absl::StatusOr<RulesFile> ReadRules(const Config& config) {
  if (config.rules.empty()) return RulesFile();
  return ReadRulesFile(config.rules);
}

// Runs the service on a database until it is told to stop.
absl::Status Serve(const Config& config, const RulesFile& rules, const std::string& database,
                   PrivatePostgres* postgres) {
  const auto pools = MakePools(database);
  if (!pools.ok()) return pools.status();
  const auto schema = PrepareSchema(config, *pools->ingest);
  if (!schema.ok()) return schema.status();

  const sigset_t signals = BlockEndSignals();
  postgres::ArchiveStore archive(pools->ingest.get());
  postgres::ArchiveStore writer_archive(pools->writer.get());
  postgres::ProjectionStore projections(pools->normalizer.get());
  postgres::QueryStore queries(pools->query.get());
  postgres::MaintenanceStore maintenance(pools->maintenance.get());
  Metrics metrics(kVersion);
  const postgres::SchemaRange served = postgres::ServedSchemas();
  metrics.SetSchema(*schema, served.oldest, served.newest);
  // It outlives all that may wait for the database.
  StopLimit stop_limit(kStopLimit, [&] { GiveUp(*pools, metrics.ingest); });
  NormalizerWorker normalizer(&projections, &metrics.normalizer, kNormalizerThreads);
  // After a long rest the partitions of today are missing: they are made before anything arrives.
  if (auto status = maintenance.MakePartitions(absl::Now()); !status.ok()) {
    spdlog::warn("archive: {}", std::string(status.message()));
  }
  const ArchiveWorker archive_worker(&maintenance, config.retention);
  // A stream has one message in them at most.
  const auto max_streams = static_cast<size_t>(config.max_streams);
  IntakeBudget intake(kIntakeMemory);
  IntakeBudget pushed(kPushMemory);
  WorkQueue openings(kOpeningThreads, max_streams);
  WorkQueue ingest_queue(kIngestThreads, max_streams);
  WorkQueue pushes(kPushThreads, max_streams);
  WorkQueue query_queue(kQueryThreads, kWaitingQueries);
  WorkQueue test_queue(1, kWaitingRulesTests);
  const auto notify = [&normalizer](ProverId prover_id) { normalizer.Notify(prover_id); };
  CommitMonitor monitor(&writer_archive);
  GroupWriter writer(&writer_archive, &metrics.ingest,
                     {.threads = kWriterThreads,
                      .on_outcome = [&](const absl::Status& outcome) { monitor.Report(outcome); },
                      .on_commit = notify});
  IngestLimits limits({.max_streams = config.max_streams,
                       .max_streams_per_prover = config.max_streams_per_prover,
                       .max_bytes_per_second = config.max_prover_rate});
  Attendance attendance(&archive);
  IngestService ingest_service(
      &archive, &writer, &limits, &attendance,
      {&openings, &ingest_queue, &intake, &pushes, &pushed}, &metrics.ingest, notify,
      [&](const absl::Status& failure) { monitor.ReportFailure(failure); });
  postgres::AlertOutbox outbox(pools->delivery.get());
  postgres::AlertStore alerts(pools->alerts.get());
  postgres::QueryStore alert_queries(pools->alerts.get());
  const Alerting alerting({&alerts, &outbox, &alert_queries}, rules, &metrics);
  QueryService query_service(&queries, &query_queue, &metrics.query, kQueryTimeout);
  postgres::AlertStore asked_alerts(pools->query.get());
  AlertService alert_service({&asked_alerts, &queries, &rules.rules, &query_queue, &test_queue,
                              &metrics.query, kQueryTimeout, kRulesTestTimeout});
  const auto server = GrpcServer::Start({.listen = config.listen, .reflection = config.reflection},
                                        {&ingest_service, &query_service, &alert_service});
  if (!server.ok()) return server.status();
  const auto http = HttpServer::Start(config.http_listen, OperatorPages(&metrics, &monitor));
  if (!http.ok()) return http.status();
  HealthReport health(&monitor, server->get());
  spdlog::info("proverlogd {} is ready; HTTP listens on {}, gRPC listens on {}", kVersion,
               (*http)->address(), (*server)->address());
  absl::Status end = AwaitEnd(signals, postgres, [&health] { health.Update(); });
  stop_limit.Begin();
  query_service.EndTails();
  alert_service.EndWatches();
  return end;
}

absl::Status RunService(const Config& config) {
  const auto rules = ReadRules(config);
  if (!rules.ok()) return rules.status();
  if (config.data_dir.empty()) return Serve(config, *rules, config.database_url, nullptr);
  spdlog::info("starting a private PostgreSQL in {}", config.data_dir);
  const auto postgres = PrivatePostgres::Start(config.data_dir);
  if (!postgres.ok()) return postgres.status();
  return Serve(config, *rules, (*postgres)->database(), postgres->get());
}

// Threads come and go, each with memory of its own that it filled once: glibc would keep eight such
// arenas a core.
void LimitMemoryArenas() {
  mallopt(M_ARENA_MAX, std::max(2, static_cast<int>(std::thread::hardware_concurrency())));
}

absl::Status Run(const CommandLine& line, const Config& config) {
  if (line.command == Command::kMigrate) return RunMigrate(config);
  if (line.command == Command::kRenormalize) return RunRenormalize(config, line.prover);
  return RunService(config);
}

// "proverlogd 1.2.3, schema 17 to 18"
std::string Version() {
  const postgres::SchemaRange served = postgres::ServedSchemas();
  return absl::StrCat("proverlogd ", kVersion, ", schema ", served.oldest, " to ", served.newest);
}

Environment ReadEnvironment() {
  Environment environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    std::pair<std::string, std::string> named = absl::StrSplit(*variable, absl::MaxSplits('=', 1));
    environment.insert(std::move(named));
  }
  return environment;
}

// Tells the faults on standard error.
bool HasNone(const std::vector<std::string>& faults) {
  for (const std::string& fault : faults) std::fprintf(stderr, "%s\n", fault.c_str());
  return faults.empty();
}

int CheckConfig(const Configuration& configuration, const Environment& environment) {
  for (const std::string& unknown : UnknownVariables(environment)) {
    std::fprintf(stderr, "warning: %s\n", unknown.c_str());
  }
  if (!HasNone(FindFaults(configuration))) return kWrongConfiguration;
  std::printf("%s\n%s", Version().c_str(), SettingsText(configuration).c_str());
  return 0;
}

// Until BlockEndSignals. The first process of a container ignores signals that it does not handle.
void EndAtOnceBySignals() {
  struct sigaction action {};
  action.sa_handler = [](int signal) { _exit(128 + signal); };
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaction(signal, &action, nullptr);
}

int Main(int argc, char** argv) {
  EndAtOnceBySignals();
  int exit_code = 0;
  const auto line = ParseCommandLine(argc, argv, Version(), exit_code);
  if (!line) return exit_code;
  const Environment environment = ReadEnvironment();
  Configuration configuration = ReadConfiguration(line->flags, environment);
  configuration.faults.insert(configuration.faults.begin(), line->faults.begin(),
                              line->faults.end());
  if (line->command == Command::kCheckConfig) return CheckConfig(configuration, environment);
  const bool serve = line->command == Command::kServe;
  if (!HasNone(serve ? FindFaults(configuration) : configuration.faults)) {
    return kWrongConfiguration;
  }
  // What gRPC would print of an error is in its status, and so in what we print.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  spdlog::set_default_logger(spdlog::stderr_color_mt("proverlogd"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  for (const std::string& unknown : UnknownVariables(environment)) spdlog::warn("{}", unknown);
  const absl::Status status = Run(*line, configuration.config);
  if (!status.ok()) {
    spdlog::error("{}", std::string(status.message()));
    return !serve && IsToBeTriedAgain(status) ? kTryLater : 1;
  }
  if (serve) spdlog::info("stopped");
  return 0;
}

}  // namespace
}  // namespace proverlog

int main(int argc, char** argv) {
  proverlog::LimitMemoryArenas();
  return proverlog::Main(argc, argv);
}
