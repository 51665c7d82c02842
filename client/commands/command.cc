#include "client/commands/command.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace proverlog {
namespace {

// CLI11 fails unless the value is one of these.
constexpr char kTable[] = "table";
constexpr char kJson[] = "json";
constexpr absl::Duration kLongestReconnectPause = absl::Seconds(5);

}  // namespace

void SetBody(CLI::App* command, int* exit_code, CommandBody body) {
  // CLI11 calls a command back behind those of its own.
  command->callback([command, exit_code, body = std::move(body)] {
    if (command->get_subcommands().empty()) *exit_code = body();
  });
}

void AddExample(CLI::App* command, const std::string& line) {
  command->footer(absl::StrCat("Example:\n  ", line));
}

void AddServerFlag(CLI::App* command, GlobalFlags* flags) {
  // Not by CLI11's envname(): it would be read for the same flag of every other command too, and
  // override this one's.
  if (const char* server = std::getenv("PROVERLOG_SERVER")) flags->server = server;
  command
      ->add_option("--server", flags->server,
                   "Address of proverlogd; without it that in PROVERLOG_SERVER")
      ->capture_default_str();
}

void AddFormatFlag(CLI::App* command, GlobalFlags* flags) {
  command
      ->add_option_function<std::string>(
          "--format", [flags](const std::string& value) { flags->json = value == kJson; },
          "How to print: table, or json (the API's message)")
      ->check(CLI::IsMember({kTable, kJson}))
      ->default_str(kTable);
}

void AddQueryFlags(CLI::App* command, GlobalFlags* flags) {
  AddServerFlag(command, flags);
  command->add_option("--prover", flags->prover, "The prover; not needed while there is only one");
  AddFormatFlag(command, flags);
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "proverlog: %s\n", std::string(status.message()).c_str());
  const bool later = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  return later ? kExitUnavailable : kExitFailed;
}

int PrintJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return Fail(absl::InternalError(status.ToString()));
  std::fputs(json.c_str(), stdout);
  return kExitOk;
}

void PrintJsonLine(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  if (google::protobuf::util::MessageToJsonString(message, &json, options).ok()) {
    std::puts(json.c_str());
  }
}

std::shared_ptr<grpc::Channel> Connect(const std::string& server, Keepalive keepalive) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(keepalive.ping_after)));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(keepalive.answer_within)));
  // While an acknowledgement is waited for, there is nothing to send but pings.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // gRPC's own longest pause between two attempts is two minutes.
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(kLongestReconnectPause)));
  // A name may have several addresses, as a headless Service of Kubernetes has: gRPC's own policy
  // would make all calls to one of them.
  arguments.SetLoadBalancingPolicyName("round_robin");
  return grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments);
}

absl::Status CallStatus(const grpc::Status& status, const std::string& server) {
  absl::Status result = FromGrpcStatus(status);
  // gRPC's own errors carry no details, the server's UNAVAILABLE always does (RetryInfo).
  if (absl::IsUnavailable(result) && status.error_details().empty()) {
    return absl::UnavailableError(absl::StrCat(
        "no proverlogd answers at ", server,
        "; start one with `proverlogd --data-dir DIR`, or name another with --server"));
  }
  return result;
}

}  // namespace proverlog
