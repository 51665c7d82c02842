#include "server/database_commands.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/embedded/data_directory.h"
#include "server/embedded/private_postgres.h"
#include "server/normalize/renormalizer.h"
#include "storage/postgres/migrate.h"
#include "storage/postgres/projection_store.h"
#include "storage/postgres/query_store.h"
#include "storage/postgres/rebuild_store.h"

namespace proverlog {
namespace {

constexpr int kMaxProvers = 10'000;
// A database that is made together with the service needs about a minute.
constexpr absl::Duration kMigrateWait = absl::Minutes(2);

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

// Normalizes the provers' archives again, beside a service that may run on the same database.
absl::Status Renormalize(const Config& config, const std::string& database,
                         const std::string& prover_name) {
  const auto pool = postgres::ConnectionPool::Create({.database = database, .size = 1});
  if (!pool.ok()) return pool.status();
  if (const auto schema = PrepareSchema(config, **pool); !schema.ok()) return schema.status();
  const sigset_t signals = BlockEndSignals();
  postgres::ProjectionStore projections(pool->get());
  postgres::RebuildStore rebuilds(pool->get());
  postgres::QueryStore queries(pool->get());
  const auto provers = FindProvers(queries, prover_name);
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

// Calls `use` with how to connect to the database. That of --data-dir is the one that a service has
// running, else it runs as long as `use`.
absl::Status WithDatabase(const Config& config,
                          const std::function<absl::Status(const std::string&)>& use) {
  if (config.data_dir.empty()) return use(config.database_url);
  if (const auto running = PrivatePostgres::FindRunning(config.data_dir)) return use(*running);
  const auto postgres = PrivatePostgres::Start(config.data_dir);
  if (!postgres.ok()) return postgres.status();
  return use((*postgres)->database());
}

void LogSchema(int version) {
  const postgres::SchemaRange served = postgres::ServedSchemas();
  spdlog::info("the database has schema version {}; this program serves {} to {}", version,
               served.oldest, served.newest);
}

absl::Status MigrateDatabase(const std::string& database) {
  const auto pool = postgres::ConnectionPool::Create({.database = database, .size = 1});
  if (!pool.ok()) return pool.status();
  std::string told;
  const auto tell = [&told](const absl::Status& failure) {
    if (told != failure.message()) spdlog::warn("waiting: {}", std::string(failure.message()));
    told = std::string(failure.message());
  };
  const auto version = postgres::MigrateUntil(**pool, absl::Now() + kMigrateWait, tell);
  if (!version.ok()) return version.status();
  LogSchema(*version);
  return absl::OkStatus();
}

}  // namespace

sigset_t BlockEndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

absl::StatusOr<int> PrepareSchema(const Config& config, postgres::ConnectionPool& pool) {
  auto version =
      config.migrate == MigrateMode::kCheck ? postgres::CheckSchema(pool) : postgres::Migrate(pool);
  if (version.ok()) LogSchema(*version);
  return version;
}

bool IsToBeTriedAgain(const absl::Status& status) {
  return absl::IsCancelled(status) || absl::IsUnavailable(status) ||
         absl::IsDeadlineExceeded(status);
}

absl::Status RunMigrate(const Config& config) { return WithDatabase(config, MigrateDatabase); }

absl::Status RunRenormalize(const Config& config, const std::string& prover) {
  if (!config.data_dir.empty() && !PrivatePostgres::FindRunning(config.data_dir) &&
      !DataDirectory::HasCluster(config.data_dir)) {
    return absl::NotFoundError(absl::StrCat("there are no logs in --data-dir ", config.data_dir));
  }
  return WithDatabase(
      config, [&](const std::string& database) { return Renormalize(config, database, prover); });
}

}  // namespace proverlog
