#include "client/commands/tail_command.h"

#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "client/commands/follow.h"
#include "client/commands/line_flags.h"
#include "client/commands/query_flags.h"
#include "client/format/tail_text.h"

namespace proverlog {
namespace {

constexpr int kLastLines = 10;

int Tail(const GlobalFlags& flags, v1::TailLinesRequest request) {
  request.set_prover(flags.prover);
  TailText text(/*with_names=*/request.machine().empty() || request.source().empty());
  return FollowUntilSignal(
      flags.server, [&](const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context,
                        const std::function<void()>& heard) {
        Stub stub(channel);
        const auto reader = stub.TailLines(&context, request);
        v1::TailLinesResponse response;
        while (reader->Read(&response)) {
          heard();
          if (flags.json) {
            PrintJsonLine(response);
          } else {
            std::fputs(text.Add(response).c_str(), stdout);
          }
          std::fflush(stdout);
          // The next call goes on behind the last line.
          request.set_position(response.position());
        }
        return reader->Finish();
      });
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
