#ifndef PROVERLOG_CLIENT_COMMANDS_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_COMMAND_H_

#include <google/protobuf/message.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/commands/flag_names.h"
#include "rpc/status.h"

namespace proverlog {

// What a program that calls proverlog can rely on.
enum ExitCode {
  kExitOk = 0,
  kExitFailed = 1,       // a file, a flag's value or the question: trying again does not help
  kExitUsage = 2,        // the command line
  kExitUnavailable = 3,  // no server, no database, or no answer in time: try again later
};

// The flags that several commands share.
struct GlobalFlags {
  std::string server = "127.0.0.1:7460";
  std::string prover;
  bool json = false;
};

// Runs a command after its flags are read; returns its ExitCode.
using CommandBody = std::function<int()>;

// A command without --help's boilerplate: `body` runs where the command is the one that was called,
// and not one of its own commands.
void SetBody(CLI::App* command, int* exit_code, CommandBody body);

// Shows a command line in the command's help and in the manual.
void AddExample(CLI::App* command, const std::string& line);

// Flags of commands that ask the server.
void AddServerFlag(CLI::App* command, GlobalFlags* flags);
void AddFormatFlag(CLI::App* command, GlobalFlags* flags);
// Both, and the prover's.
void AddQueryFlags(CLI::App* command, GlobalFlags* flags);

// Tells of the error on standard error and returns its exit code.
int Fail(const absl::Status& status);

// Prints the message as proto3 JSON.
int PrintJson(const google::protobuf::Message& message);
// The same in one line, for programs that read answers as they come.
void PrintJsonLine(const google::protobuf::Message& message);

// How a server that vanished without a word is noticed: it is pinged while a call is open.
// proverlogd permits a ping every 10 s.
struct Keepalive {
  absl::Duration ping_after = absl::Seconds(20);
  absl::Duration answer_within = absl::Seconds(10);
};
// The connections of every command: to all addresses of the server, which are called in turn. Calls
// fail with UNAVAILABLE when the server that they are made to is lost, or none can be reached.
std::shared_ptr<grpc::Channel> Connect(const std::string& server, Keepalive keepalive = {});

// The status of a call to the server; where it could not be reached, what to do about it.
absl::Status CallStatus(const grpc::Status& status, const std::string& server);

inline constexpr std::chrono::seconds kCallDeadline{30};

// Makes one unary call.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(const GlobalFlags& flags,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request,
                              std::chrono::seconds deadline = kCallDeadline) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + deadline);
  Response response;
  Stub stub(Connect(flags.server));
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return CallStatus(status, flags.server);
  return response;
}

// Calls the server and prints the answer: as JSON where the flags say so, else by `print`.
template <typename Stub, typename Request, typename Response, typename Print>
int Ask(const GlobalFlags& flags,
        grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
        const Request& request, Print print, const FlagNames& names = {}) {
  const auto response = Call(flags, method, request);
  if (!response.ok()) return Fail(NameFlags(response.status(), names));
  if (flags.json) return PrintJson(*response);
  print(*response);
  return kExitOk;
}

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_COMMAND_H_
