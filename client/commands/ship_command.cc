#include "client/commands/ship_command.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/shipper/live_anchors.h"
#include "client/shipper/shipper.h"
#include "normalizer/timeline.h"

namespace proverlog {
namespace {

constexpr double kStopSeconds = 10;
constexpr size_t kBufferBytes = size_t{16} << 20;
constexpr char kBlock[] = "block";
constexpr char kDrop[] = "drop";

struct ShipFlags {
  GlobalFlags* global = nullptr;
  ShipOptions options;
  double stop_seconds = kStopSeconds;
  int nice = 10;
};

std::string HostName() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

// A file is kept open for each log.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Readable when SIGTERM, SIGINT or SIGHUP has come. Called before there are other threads, so that
// none of them is interrupted.
int StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, number);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return signalfd(-1, &signals, SFD_CLOEXEC);
}

int Ship(ShipFlags& flags) {
  ShipOptions& options = flags.options;
  options.prover = flags.global->prover;
  options.servers = absl::StrSplit(flags.global->server, ',', absl::SkipEmpty());
  options.stop_timeout = absl::Seconds(flags.stop_seconds);
  if (options.servers.empty()) {
    return Fail(absl::InvalidArgumentError("--server: name at least one HOST:PORT"));
  }
  if (const auto zone = LoadTimeZone(options.time_zone); !zone.ok()) {
    return Fail(absl::InvalidArgumentError(
        absl::StrCat("--time-zone: ", absl::string_view(zone.status().message()))));
  }
  const auto is_stdin = [](const std::string& path) { return path == "-"; };
  options.reads_stdin = std::erase_if(options.patterns, is_stdin) > 0;
  if (options.reads_stdin && options.prover.empty()) {
    return Fail(absl::InvalidArgumentError("--prover: say whose the log on standard input is"));
  }
  RaiseFileLimit();
  setpriority(PRIO_PROCESS, 0, flags.nice);
  const int stop_fd = StopSignals();
  const auto connect = [](const std::string& address) { return Connect(address); };
  const bool all_sent = Shipper(options, connect, stop_fd).Run();
  close(stop_fd);
  return all_sent ? kExitOk : kExitFailed;
}

void AddStdinFlags(CLI::App* command, ShipOptions* options) {
  command
      ->add_option("--buffer", options->buffer_bytes,
                   "Bytes of standard input that are kept until they are acknowledged")
      ->check(CLI::Range(size_t{4096}, size_t{1} << 40))
      ->default_val(kBufferBytes);
  command
      ->add_option_function<std::string>(
          "--on-full",
          [options](const std::string& value) {
            options->on_full = value == kDrop ? OnFull::kDrop : OnFull::kBlock;
          },
          "When the buffer is full: block who writes to it, or drop what comes")
      ->check(CLI::IsMember({kBlock, kDrop}))
      ->default_str(kBlock);
}

void AddLimitFlags(CLI::App* command, ShipFlags* ship) {
  command->add_flag("--once", ship->options.once, "End when all that is there now is sent");
  command
      ->add_option("--max-rate", ship->options.max_rate, "Bytes read per second; 0: as they come")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--nice", ship->nice, "How much others go first, as in nice(1)")
      ->check(CLI::Range(-20, 19))
      ->capture_default_str();
  command
      ->add_option("--stop-timeout", ship->stop_seconds,
                   "Seconds in which what is left is sent when it is stopped")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

}  // namespace

void AddShipCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("ship", "Follow this machine's logs and send them to proverlogd");
  AddExample(command, "proverlog ship --prover mine --once '*.log'");
  auto ship = std::make_shared<ShipFlags>();
  ship->global = flags;
  ShipOptions* const options = &ship->options;
  AddServerFlag(command, flags);
  command->get_option("--server")
      ->description(
          "Addresses of proverlogd, HOST:PORT[,HOST:PORT...], the first that takes logs;"
          " without it those in PROVERLOG_SERVER");
  command->add_option("--prover", flags->prover,
                      "Whose logs they are: a name of [a-z0-9._-]; without it the namespaces of"
                      " Kubernetes's logs are the provers");
  command->add_option("--machine", options->machine, "This machine's name")
      ->default_val(HostName());
  command
      ->add_option("--time-zone", options->time_zone,
                   "Time zone in which the logs' times of day are written")
      ->default_val(SystemTimeZone());
  AddLimitFlags(command, ship.get());
  AddStdinFlags(command, options);
  command
      ->add_option("PATH", options->patterns,
                   "Log files and globs (quoted: they are expanded again and again); - is standard"
                   " input")
      ->required();
  SetBody(command, exit_code, [ship] { return Ship(*ship); });
}

}  // namespace proverlog
