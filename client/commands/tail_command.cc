#include "client/commands/tail_command.h"

#include <google/protobuf/util/json_util.h>
#include <signal.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "client/commands/line_flags.h"
#include "client/commands/query_flags.h"
#include "client/format/tail_text.h"
#include "client/tail/line_follower.h"

namespace proverlog {
namespace {

constexpr int kLastLines = 10;
constexpr timespec kSignalPoll{0, 100'000'000};

// Before there are other threads, so that none of them is interrupted.
sigset_t BlockEndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// One response a line, for programs that read them as they come.
void PrintJsonLine(const v1::TailLinesResponse& response) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  if (google::protobuf::util::MessageToJsonString(response, &json, options).ok()) {
    std::puts(json.c_str());
  }
}

void Say(absl::string_view words) {
  std::fprintf(stderr, "proverlog: %.*s\n", static_cast<int>(words.size()), words.data());
}

int Tail(const GlobalFlags& flags, v1::TailLinesRequest request) {
  request.set_prover(flags.prover);
  const sigset_t signals = BlockEndSignals();
  TailText text(/*with_names=*/request.machine().empty() || request.source().empty());
  absl::Notification over;
  const auto stub = v1::QueryService::NewStub(Connect(flags.server));
  LineFollower follower(
      stub.get(), flags.server,
      {.on_response =
           [&](const v1::TailLinesResponse& response) {
             if (flags.json) {
               PrintJsonLine(response);
             } else {
               std::fputs(text.Add(response).c_str(), stdout);
             }
             std::fflush(stdout);
           },
       .on_lost =
           [](const absl::Status& status) {
             Say("the connection is lost, trying again: " + std::string(status.message()));
           },
       .on_back = [] { Say("the connection is back"); }});
  absl::Status status;
  std::thread thread([&] {
    status = follower.Run(request);
    over.Notify();
  });
  while (!over.HasBeenNotified()) {
    if (sigtimedwait(&signals, nullptr, &kSignalPoll) > 0) follower.Stop();
  }
  thread.join();
  return status.ok() ? kExitOk : Fail(status);
}

}  // namespace

void AddTailCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = app.add_subcommand("tail", "Show lines of logs as they come");
  AddExample(command, "proverlog tail --machine prover-a --level warn");
  AddQueryFlags(command, flags);
  auto request = std::make_shared<v1::TailLinesRequest>();
  request->set_last_lines(kLastLines);
  command->add_option_function<std::string>(
      "--machine", [request](const std::string& value) { request->set_machine(value); },
      "Only this machine's");
  command->add_option_function<std::string>(
      "--source", [request](const std::string& value) { request->set_source(value); },
      "Only logs of this name");
  AddLineFilterFlags(command, request);
  command->add_option_function<int32_t>(
      "-n", [request](int32_t value) { request->set_last_lines(value); },
      "Begin with the last lines, so many of all logs together (default 10, at most 1000)");
  SetBody(command, exit_code, [flags, request] { return Tail(*flags, *request); });
}

}  // namespace proverlog
