// proverlogd: wires the service together. The only place that knows all of it.

#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "server/config/config.h"
#include "server/embedded/data_directory.h"
#include "server/embedded/private_postgres.h"
#include "server/grpc/grpc_server.h"
#include "server/grpc/ingest_service.h"
#include "server/grpc/query_service.h"
#include "server/grpc/work_queue.h"
#include "server/health/database_probe.h"
#include "server/http/http_server.h"
#include "server/http/operator_pages.h"
#include "server/metrics/metrics.h"
#include "server/normalize/normalizer_worker.h"
#include "server/normalize/renormalizer.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/connection_pool.h"
#include "storage/postgres/migrate.h"
#include "storage/postgres/probe.h"
#include "storage/postgres/projection_store.h"
#include "storage/postgres/query_store.h"
#include "storage/postgres/rebuild_store.h"
#include "version.h"

namespace proverlog {
namespace {

constexpr int kIngestThreads = 4;
constexpr int kQueryThreads = 4;
// Each has a message of at most 2 MiB.
constexpr size_t kWaitingCalls = 256;
constexpr absl::Duration kQueryTimeout = absl::Seconds(10);
constexpr timespec kSignalPoll{1, 0};
constexpr int kMaxProvers = 10'000;
constexpr int kTryLater = 3;  // an exit code

// From here on the signals that end the service are taken by AwaitEnd, in whatever thread they
// arrive. Called before there are threads, but not earlier: until then they end the process at
// once, initdb with it, and the keeper stops PostgreSQL.
sigset_t BlockEndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Waits until the service is told to stop, or has lost its database for good.
absl::Status AwaitEnd(const sigset_t& signals, PrivatePostgres* postgres) {
  for (;;) {
    const int signal = sigtimedwait(&signals, nullptr, &kSignalPoll);
    if (signal > 0) {
      spdlog::info("stopping ({})", strsignal(signal));
      return absl::OkStatus();
    }
    if (postgres != nullptr && postgres->IsLost()) {
      return absl::UnavailableError("the private PostgreSQL is gone; see its log in --data-dir");
    }
  }
}

// Runs the service on a database until it is told to stop.
absl::Status Serve(const Config& config, const std::string& database, PrivatePostgres* postgres) {
  using postgres::ConnectionPool;
  auto ingest_pool = ConnectionPool::Create({.database = database, .size = kIngestThreads});
  if (!ingest_pool.ok()) return ingest_pool.status();
  auto normalizer_pool = ConnectionPool::Create({.database = database, .size = 1});
  if (!normalizer_pool.ok()) return normalizer_pool.status();
  auto query_pool = ConnectionPool::Create(
      {.database = database, .size = kQueryThreads, .statement_timeout = kQueryTimeout});
  if (!query_pool.ok()) return query_pool.status();
  auto probe_pool =
      ConnectionPool::Create({.database = database, .size = 1, .statement_timeout = kQueryTimeout});
  if (!probe_pool.ok()) return probe_pool.status();
  if (auto status = postgres::Migrate(**ingest_pool); !status.ok()) return status;

  const sigset_t signals = BlockEndSignals();
  postgres::ArchiveStore archive(ingest_pool->get());
  postgres::ProjectionStore projections(normalizer_pool->get());
  postgres::QueryStore queries(query_pool->get());
  Metrics metrics(kVersion);
  NormalizerWorker normalizer(&projections, &metrics.normalizer);
  WorkQueue ingest_queue(kIngestThreads, kWaitingCalls);
  WorkQueue query_queue(kQueryThreads, kWaitingCalls);
  IngestService ingest_service(&archive, &ingest_queue, &metrics.ingest,
                               [&normalizer](ProverId prover_id) { normalizer.Notify(prover_id); });
  QueryService query_service(&queries, &query_queue, &metrics.query, kQueryTimeout);
  const auto server = GrpcServer::Start({.listen = config.listen, .reflection = config.reflection},
                                        {&ingest_service, &query_service});
  if (!server.ok()) return server.status();
  const DatabaseProbe probe([&probe_pool] { return postgres::ProbeCommit(**probe_pool); });
  const auto http = HttpServer::Start(config.http_listen, OperatorPages(&metrics, &probe));
  if (!http.ok()) return http.status();
  spdlog::info("proverlogd {} is ready; HTTP listens on {}, gRPC listens on {}", kVersion,
               (*http)->address(), (*server)->address());
  return AwaitEnd(signals, postgres);
}

absl::StatusOr<std::vector<ProverRef>> FindProvers(postgres::QueryStore& queries,
                                                   const std::string& name) {
  if (name.empty()) return queries.ListProvers(kMaxProvers);
  auto prover = queries.FindProver(name);
  if (!prover.ok()) return prover.status();
  return std::vector<ProverRef>{*std::move(prover)};
}

Renormalizer::Options ReportProgressOf(const ProverRef& prover, const sigset_t& signals) {
  Renormalizer::Options options;
  options.stop_requested = [signals] {
    constexpr timespec kNoWait{};
    return sigtimedwait(&signals, nullptr, &kNoWait) > 0;
  };
  options.on_progress = [name = prover.name](const RebuildProgress& progress) {
    constexpr double kMegabyte = 1e6;
    spdlog::info("prover {}: {:.1f} of {:.1f} MB", name,
                 static_cast<double>(progress.normalized_bytes) / kMegabyte,
                 static_cast<double>(progress.committed_bytes) / kMegabyte);
  };
  if (isatty(STDERR_FILENO) == 0) options.progress_interval = absl::Seconds(10);
  return options;
}

bool IsToBeTriedAgain(const absl::Status& status) {
  return absl::IsCancelled(status) || absl::IsUnavailable(status) ||
         absl::IsDeadlineExceeded(status);
}

// Normalizes the provers' archives again, beside a service that may run on the same database.
absl::Status Renormalize(const Config& config, const std::string& database) {
  const auto pool = postgres::ConnectionPool::Create({.database = database, .size = 1});
  if (!pool.ok()) return pool.status();
  if (auto status = postgres::Migrate(**pool); !status.ok()) return status;
  const sigset_t signals = BlockEndSignals();
  postgres::ProjectionStore projections(pool->get());
  postgres::RebuildStore rebuilds(pool->get());
  postgres::QueryStore queries(pool->get());
  const auto provers = FindProvers(queries, config.prover);
  if (!provers.ok()) return provers.status();
  for (const ProverRef& prover : *provers) {
    spdlog::info("prover {}: reading its logs again", prover.name);
    Renormalizer renormalizer(&projections, &rebuilds, ReportProgressOf(prover, signals));
    const absl::Status status = renormalizer.Run(prover.prover_id);
    if (!status.ok()) {
      return {status.code(),
              absl::StrCat("prover ", prover.name, ": ", status.message(),
                           IsToBeTriedAgain(status) ? "; the same command goes on from here" : "")};
    }
    spdlog::info("prover {}: done, answers are of what was read now", prover.name);
  }
  return absl::OkStatus();
}

absl::Status RunRenormalize(const Config& config) {
  if (config.data_dir.empty()) return Renormalize(config, config.database_url);
  if (const auto running = PrivatePostgres::FindRunning(config.data_dir)) {
    return Renormalize(config, *running);
  }
  if (!DataDirectory::HasCluster(config.data_dir)) {
    return absl::NotFoundError(absl::StrCat("there are no logs in --data-dir ", config.data_dir));
  }
  const auto postgres = PrivatePostgres::Start(config.data_dir);
  if (!postgres.ok()) return postgres.status();
  return Renormalize(config, (*postgres)->database());
}

absl::Status Run(const Config& config) {
  if (config.command == Command::kRenormalize) return RunRenormalize(config);
  if (config.data_dir.empty()) return Serve(config, config.database_url, nullptr);
  spdlog::info("starting a private PostgreSQL in {}", config.data_dir);
  const auto postgres = PrivatePostgres::Start(config.data_dir);
  if (!postgres.ok()) return postgres.status();
  return Serve(config, (*postgres)->database(), postgres->get());
}

}  // namespace
}  // namespace proverlog

int main(int argc, char** argv) {
  int exit_code = 0;
  const auto config = proverlog::ParseConfig(argc, argv, exit_code);
  if (!config) return exit_code;
  // What gRPC would print of an error is in its status, and so in what we print.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  spdlog::set_default_logger(spdlog::stderr_color_mt("proverlogd"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  const absl::Status status = proverlog::Run(*config);
  const bool serve = config->command == proverlog::Command::kServe;
  if (!status.ok()) {
    spdlog::error("{}", std::string(status.message()));
    return !serve && proverlog::IsToBeTriedAgain(status) ? proverlog::kTryLater : 1;
  }
  if (serve) spdlog::info("stopped");
  return 0;
}
