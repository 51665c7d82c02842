#include "bench/ingest/reference.h"

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/ingest/measure.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"

namespace proverlog::bench {
namespace {

constexpr char kRsyslog[] = "/usr/sbin/rsyslogd";
constexpr absl::Duration kRsyslogRuns = absl::Seconds(15);

// Its queue and the size of its transactions are its own choice for a ruleset with a queue.
std::string RsyslogConfig(const std::string& data_dir, const LogSet& set,
                          const std::string& directory) {
  const std::string conninfo = testing_util::ConninfoOf(data_dir);  // host=DIRECTORY user=...
  const absl::string_view host =
      absl::StripPrefix(absl::string_view(conninfo).substr(0, conninfo.find(' ')), "host=");
  std::string config =
      absl::StrCat("global(workDirectory=\"", directory, "\" maxMessageSize=\"64k\")\n",
                   "module(load=\"imfile\")\nmodule(load=\"ompgsql\")\n",
                   "template(name=\"line\" type=\"list\" option.stdsql=\"on\") {\n",
                   "  constant(value=\"INSERT INTO reference.line VALUES ('\")\n",
                   "  property(name=\"msg\")\n  constant(value=\"')\")\n}\n");
  for (const LogOnDisk& log : set.logs) {
    absl::StrAppend(&config, "input(type=\"imfile\" File=\"", log.path,
                    "\" Tag=\"p\" Ruleset=\"pg\")\n");
  }
  absl::StrAppend(&config, "ruleset(name=\"pg\" queue.type=\"LinkedList\") {\n",
                  "  action(type=\"ompgsql\" server=\"", host,
                  "\" user=\"proverlog\" pass=\"-\" db=\"postgres\" template=\"line\")\n}\n");
  return config;
}

}  // namespace

void RunPsql(const std::string& data_dir, const std::string& command) {
  const testing_util::Finished psql =
      testing_util::RunProgram({"/usr/bin/psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d",
                                testing_util::ConninfoOf(data_dir), "-c", command});
  if (psql.exit_code == 0) return;
  throw std::runtime_error("psql: " + psql.err);
}

double MeasureCopy(const std::string& data_dir, const LogSet& set) {
  RunPsql(data_dir, "CREATE SCHEMA reference CREATE TABLE line (line text)");
  RunPsql(data_dir, "CHECKPOINT");
  const absl::Time begin = absl::Now();
  for (const LogOnDisk& log : set.logs) {
    // The delimiter occurs in no line.
    RunPsql(data_dir,
            absl::StrCat("\\copy reference.line FROM '", log.path, "' (DELIMITER E'\\x01')"));
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  RunPsql(data_dir, "DROP SCHEMA reference CASCADE");
  return static_cast<double>(set.lines) / seconds;
}

std::optional<double> MeasureRsyslog(const std::string& data_dir, const LogSet& set,
                                     const std::string& directory) {
  if (!std::filesystem::exists(kRsyslog)) return std::nullopt;
  RunPsql(data_dir, "CREATE SCHEMA reference CREATE TABLE line (line text)");
  RunPsql(data_dir, "CHECKPOINT");
  std::filesystem::create_directory(directory);
  const std::string config = directory + "/rsyslog.conf";
  std::ofstream(config) << RsyslogConfig(data_dir, set, directory);
  const absl::Time begin = absl::Now();
  testing_util::Process rsyslog({kRsyslog, "-n", "-f", config, "-i", directory + "/pid"});
  absl::SleepFor(kRsyslogRuns);
  const auto lines =
      static_cast<double>(QueryNumber(data_dir, "SELECT count(*) FROM reference.line"));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  rsyslog.Kill(SIGKILL);
  rsyslog.Wait();
  RunPsql(data_dir, "DROP SCHEMA reference CASCADE");
  return lines / seconds;
}

}  // namespace proverlog::bench
