#include "client/commands/health_command.h"

#include <chrono>
#include <cstdio>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace proverlog {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// Shorter than what a container's health check is given.
constexpr std::chrono::seconds kHealthDeadline{4};

int AskHealth(const GlobalFlags& flags) {
  const auto response = Call(flags, &Health::Stub::Check, HealthCheckRequest(), kHealthDeadline);
  if (!response.ok()) return Fail(response.status());
  if (response->status() != HealthCheckResponse::SERVING) {
    return Fail(absl::UnavailableError(
        absl::StrCat("proverlogd at ", flags.server,
                     " takes no logs now: its database does not commit, or it is stopping")));
  }
  std::printf("proverlogd at %s takes logs\n", flags.server.c_str());
  return kExitOk;
}

}  // namespace

void AddHealthCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = app.add_subcommand("health", "Say whether proverlogd takes logs now");
  AddExample(command, "proverlog health");
  AddServerFlag(command, flags);
  SetBody(command, exit_code, [flags] { return AskHealth(*flags); });
}

}  // namespace proverlog
