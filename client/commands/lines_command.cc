#include "client/commands/lines_command.h"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "client/commands/line_flags.h"
#include "client/commands/query_flags.h"
#include "client/format/summary.h"

namespace proverlog {
namespace {

constexpr int kContextLines = 10;

struct LinesFlags {
  v1::ListLinesRequest request;
  WindowFlags window;
  std::string around;
  int context = kContextLines;
};

// A page may have nothing though there is more.
int AskForLines(const GlobalFlags& flags, v1::ListLinesRequest request) {
  auto response = Call(flags, &Stub::ListLines, request);
  while (response.ok() && response->lines().empty() && response->gaps().empty() &&
         !response->next_page_token().empty()) {
    request.set_page_token(response->next_page_token());
    response = Call(flags, &Stub::ListLines, request);
  }
  if (!response.ok()) return Fail(NameFlags(response.status()));
  if (flags.json) return PrintJson(*response);
  std::fputs(LinesText(*response).c_str(), stdout);
  return kExitOk;
}

// STREAM:OFFSET
absl::Status ReadAround(const LinesFlags& asked, v1::ListLinesRequest& request) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(asked.around, ':');
  int64_t stream_id = 0;
  int64_t offset = 0;
  if (!absl::SimpleAtoi(parts.first, &stream_id) || !absl::SimpleAtoi(parts.second, &offset)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--around: \"", asked.around, "\" is not STREAM:OFFSET, such as 12:3400"));
  }
  request.set_stream_id(stream_id);
  request.set_around_offset(offset);
  request.set_context_lines(asked.context);
  return absl::OkStatus();
}

int Lines(const GlobalFlags& flags, LinesFlags& asked) {
  if (asked.request.machine().empty() && asked.around.empty()) {
    Fail(absl::InvalidArgumentError("lines needs --machine or --around"));
    return kExitUsage;
  }
  asked.request.set_prover(flags.prover);
  absl::Status status = ReadWindow(asked.window, asked.request);
  if (status.ok() && !asked.around.empty()) status = ReadAround(asked, asked.request);
  return status.ok() ? AskForLines(flags, asked.request) : Fail(status);
}

}  // namespace

void AddLinesCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = app.add_subcommand("lines", "Show the lines of a machine's logs");
  AddExample(command,
             "proverlog lines --machine prover-a --from '2026-11-21 03:00:46' --level warn");
  AddQueryFlags(command, flags);
  auto asked = std::make_shared<LinesFlags>();
  const std::shared_ptr<v1::ListLinesRequest> request(asked, &asked->request);
  CLI::Option* const machine = command->add_option_function<std::string>(
      "--machine", [request](const std::string& value) { request->set_machine(value); },
      "The machine");
  command
      ->add_option("--around", asked->around,
                   "STREAM:OFFSET in place of a machine: the line there and those around it, as "
                   "--format json"
                   " names them")
      ->excludes(machine);
  command->add_option_function<std::string>(
      "--source", [request](const std::string& value) { request->set_source(value); },
      "Only the log of this name");
  AddWindowFlags(command, &asked->window, "Lines");
  AddLineFilterFlags(command, request);
  command
      ->add_option("--context", asked->context,
                   "With --around: lines on each side (default 10, at most 100)")
      ->needs("--around");
  AddPaging(command, "default 1000, at most 10000", request);
  SetBody(command, exit_code, [flags, asked] { return Lines(*flags, *asked); });
}

}  // namespace proverlog
