#include "server/config/config.h"

#include <CLI/CLI.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "version.h"

namespace proverlog {
namespace {

constexpr int kUsageError = 2;

constexpr char kDescription[] =
    "Collects the logs of Aztec provers and answers questions about them.\n"
    "\n"
    "  proverlogd --data-dir /var/lib/proverlog\n"
    "  proverlogd --database-url postgresql://proverlog@db.example/proverlog\n"
    "  proverlogd renormalize --data-dir /var/lib/proverlog\n";

absl::Duration ReadDays(const std::string& text) {
  constexpr int kMaxDays = 36'500;
  int days = 0;
  const absl::string_view number = absl::StripSuffix(text, "d");
  if (number.size() < text.size() && absl::SimpleAtoi(number, &days) && days >= 1 &&
      days <= kMaxDays) {
    return days * absl::Hours(24);
  }
  throw CLI::ValidationError(
      absl::StrCat("\"", text, "\" is not a number of days from 1d to ", kMaxDays, "d"));
}

void AddRetention(CLI::App& app, Retention& retention) {
  const auto add = [&app](const char* flag, absl::Duration& duration, const char* what) {
    return app
        .add_option_function<std::string>(
            flag, [&duration](const std::string& text) { duration = ReadDays(text); }, what)
        ->type_name("DAYS");
  };
  add("--keep-logs", retention.keep_logs, "How long log lines are kept, such as 30d; else for ever")
      ->envname("PROVERLOGD_KEEP_LOGS");
  app.add_flag("--keep-logs-strictly", retention.keep_logs_strictly,
               "Remove old log lines also where they are not read yet")
      ->envname("PROVERLOGD_KEEP_LOGS_STRICTLY");
  add("--keep-jobs", retention.keep_jobs, "How long jobs are kept, such as 365d; else for ever")
      ->envname("PROVERLOGD_KEEP_JOBS");
}

}  // namespace

std::optional<Config> ParseConfig(int argc, char** argv, int& exit_code) {
  Config config;
  CLI::App app(kDescription, "proverlogd");
  auto* database = app.add_option_group("database", "Where the data is; exactly one:");
  database
      ->add_option("--data-dir", config.data_dir,
                   "Keep the data in a private PostgreSQL in this directory")
      ->envname("PROVERLOGD_DATA_DIR");
  database
      ->add_option("--database-url", config.database_url,
                   "Use this PostgreSQL: a URL, or libpq's key=value pairs")
      ->envname("PROVERLOGD_DATABASE_URL");
  database->require_option(1);
  app.add_option("--listen", config.listen, "Address of the gRPC services; port 0 takes a free one")
      ->envname("PROVERLOGD_LISTEN")
      ->capture_default_str();
  app.add_option("--http-listen", config.http_listen,
                 "Address of the HTTP pages: /metrics, /healthz, /readyz; port 0 takes a free one")
      ->envname("PROVERLOGD_HTTP_LISTEN")
      ->capture_default_str();
  app.add_flag("--reflection", config.reflection, "Serve gRPC reflection")
      ->envname("PROVERLOGD_REFLECTION");
  app.add_option("--max-streams", config.max_streams, "Logs that may be sent at one time")
      ->envname("PROVERLOGD_MAX_STREAMS")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--max-streams-per-prover", config.max_streams_per_prover,
                 "Of these, one prover's")
      ->envname("PROVERLOGD_MAX_STREAMS_PER_PROVER")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--max-prover-rate", config.max_prover_rate,
                 "Raw bytes a second that one prover may send; 0 is no limit")
      ->envname("PROVERLOGD_MAX_PROVER_RATE")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  AddRetention(app, config.retention);
  app.add_option(
         "--rules", config.rules,
         "File that says what is alerted on in another way than is built in, and who is told")
      ->envname("PROVERLOGD_RULES")
      ->type_name("FILE");
  auto* renormalize = app.add_subcommand(
      "renormalize", "Read all archived logs again, beside the running service or without it");
  renormalize->add_option("--prover", config.prover, "Only this prover's");
  renormalize->fallthrough();
  app.set_version_flag("--version", std::string("proverlogd ") + kVersion);
  try {
    app.parse(argc, argv);
    if (renormalize->parsed()) config.command = Command::kRenormalize;
    return config;
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : kUsageError;
    return std::nullopt;
  }
}

}  // namespace proverlog
