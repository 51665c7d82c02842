// generate_logs: writes the logs of a simulated prover.
//
//   build/bench/generate_logs --version 5.2 --epochs 10 --jobs 500 --out /tmp/logs
//   proverlog import --prover made-up --machine prover-1 --date 2026-11-21 /tmp/logs/prover-1/*.log

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "bench/generator/generator.h"

namespace proverlog::generator {
namespace {

class FileSink : public GeneratorSink {
 public:
  // Throws std::filesystem::filesystem_error or std::ios_base::failure, also later where a file
  // cannot be written.
  FileSink(const std::filesystem::path& directory, const std::vector<GeneratedLog>& logs) {
    for (const GeneratedLog& log : logs) {
      std::filesystem::create_directories(directory / log.machine);
      std::ofstream& file = files_.emplace_back();
      file.exceptions(std::ios::failbit | std::ios::badbit);
      file.open(directory / log.machine / log.name, std::ios::binary);
    }
  }

  void OnText(size_t log, absl::string_view text) override {
    files_[log].write(text.data(), static_cast<std::streamsize>(text.size()));
    bytes_ += text.size();
  }
  void OnJob(const GeneratedJob& /*job*/) override { ++jobs_; }

  void Close() {
    for (std::ofstream& file : files_) file.close();
    std::printf("%zu bytes in %zu logs, %zu jobs\n", bytes_, files_.size(), jobs_);
  }

 private:
  std::vector<std::ofstream> files_;
  size_t bytes_ = 0;
  size_t jobs_ = 0;
};

void AddRates(CLI::App& app, GeneratorOptions& options) {
  const auto add = [&](const char* flag, double& rate, const char* help) {
    app.add_option(flag, rate, help)->capture_default_str()->check(CLI::Range(0.0, 1.0));
  };
  add("--retry-rate", options.retry_rate, "chance that an attempt fails and is tried again");
  add("--timeout-rate", options.timeout_rate, "chance that an attempt is not heard of for 30 s");
  add("--failure-rate", options.failure_rate,
      "chance that an attempt fails for good, and with it the epoch");
  add("--abort-rate", options.abort_rate, "chance that a job is cancelled");
  add("--restart-rate", options.restart_rate,
      "chance that the broker or an agent process restarts in an epoch");
}

void AddSizes(CLI::App& app, GeneratorOptions& options) {
  const auto add = [&](const char* flag, int& number, const char* help) {
    app.add_option(flag, number, help)->capture_default_str()->check(CLI::Range(1, 1'000'000));
  };
  add("--epochs", options.epochs, "epochs that are proven");
  add("--machines", options.machines, "machines with agents");
  add("--agents", options.agents, "agents on each machine");
  add("--jobs", options.jobs, "jobs of an epoch, about");
  app.add_option("--first-epoch", options.first_epoch, "number of the first epoch")
      ->capture_default_str()
      ->check(CLI::Range(0, 10'000'000));
}

// Returns the exit code.
int Write(const GeneratorOptions& options, const std::string& directory) {
  try {
    FileSink sink(directory, LogsOf(options));
    Generate(options, sink);
    sink.Close();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "generate_logs: cannot write into %s: %s\n", directory.c_str(), e.what());
    return 1;
  }
  return 0;
}

int Main(int argc, char** argv) {
  GeneratorOptions options;
  std::string start = "2026-11-21T00:00:00Z";
  std::string directory;
  CLI::App app("Writes the logs of a simulated Aztec prover, the same for the same flags.",
               "generate_logs");
  std::string version = "5.2";
  std::string format = "pretty";
  app.add_option("--version", version, "version of Aztec")
      ->capture_default_str()
      ->check(CLI::IsMember({"1.1", "4.1", "5.2"}));
  app.add_option("--format", format, "format of the lines")
      ->capture_default_str()
      ->check(CLI::IsMember({"pretty", "json"}));
  AddSizes(app, options);
  AddRates(app, options);
  app.add_option("--seed", options.seed, "another seed gives another course")
      ->capture_default_str();
  app.add_option("--start", start, "instant of the first line, RFC 3339")->capture_default_str();
  app.add_option("--out", directory, "directory for the logs, DIR/MACHINE/PROCESS.log")->required();
  CLI11_PARSE(app, argc, argv);

  absl::Time instant;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, start, &instant, &error)) {
    std::fprintf(stderr, "generate_logs: --start %s: %s\n", start.c_str(), error.c_str());
    return 2;
  }
  options.start = absl::ToUnixMillis(instant);
  options.format = format == "json" ? LogFormat::kJson : LogFormat::kPretty;
  options.release = version == "1.1"   ? Release::k1_1
                    : version == "4.1" ? Release::k4_1
                                       : Release::k5_2;
  return Write(options, directory);
}

}  // namespace
}  // namespace proverlog::generator

int main(int argc, char** argv) { return proverlog::generator::Main(argc, argv); }
