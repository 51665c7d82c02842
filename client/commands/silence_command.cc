#include "client/commands/silence_command.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/commands/alert_flags.h"
#include "client/commands/instant_flag.h"
#include "client/commands/query_flags.h"
#include "client/format/alerts_text.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

const FlagNames& SilenceFlagNames() {
  static const auto* const kNames = new FlagNames{{"match", "--match"},
                                                  {"end_time", "--for"},
                                                  {"created_by", "--by"},
                                                  {"reason", "--reason"},
                                                  {"silence_id", "ID"}};
  return *kNames;
}

struct SilenceAsked {
  std::vector<std::string> match;
  std::string length;
  std::string by;
  std::string reason;
};

int AddSilence(const GlobalFlags& flags, const SilenceAsked& asked) {
  v1::CreateSilenceRequest request;
  if (auto status = ReadMatch(asked.match, *request.mutable_match()); !status.ok()) {
    return Fail(status);
  }
  const auto length = ParseLength("--for", asked.length);
  if (!length.ok()) return Fail(length.status());
  *request.mutable_end_time() = ToProtoTimestamp(absl::ToUnixMillis(absl::Now() + *length));
  auto who = ReadWho("--by", asked.by);
  if (!who.ok()) return Fail(who.status());
  request.set_created_by(*who);
  request.set_reason(asked.reason);
  return Ask(flags, &AlertStub::CreateSilence, request, Show(&SilenceText), SilenceFlagNames());
}

void AddAdd(CLI::App* silence, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      silence->add_subcommand("add", "Have receivers hear nothing of some alerts for a while");
  AddExample(command,
             "proverlog silence add --match rule=job_running_long --match machine=prover-b --for 2h"
             " --reason 'its disk is replaced'");
  AddServerFlag(command, flags);
  AddFormatFlag(command, flags);
  auto asked = std::make_shared<SilenceAsked>();
  AddMatchFlag(command, &asked->match,
               "LABEL=VALUE, such as prover=mine, rule=job_failed or machine=prover-a: the alerts"
               " that have it; of several, all")
      ->required();
  command->add_option("--for", asked->length, "How long, such as 30m or 2h; at most 90 days, 2160h")
      ->required();
  command->add_option("--by", asked->by, "Who wants it (default: the account's name)");
  command->add_option("--reason", asked->reason, "Why")->required();
  SetBody(command, exit_code, [flags, asked] { return AddSilence(*flags, *asked); });
}

void AddList(CLI::App* silence, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = silence->add_subcommand("list", "List the silences that have not ended");
  AddExample(command, "proverlog silence list");
  AddServerFlag(command, flags);
  AddFormatFlag(command, flags);
  SetBody(command, exit_code, [flags] {
    return Ask(*flags, &AlertStub::ListSilences, v1::ListSilencesRequest(), Show(&SilencesText),
               SilenceFlagNames());
  });
}

void AddEnd(CLI::App* silence, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = silence->add_subcommand("end", "End a silence now");
  AddExample(command, "proverlog silence end 1");
  AddServerFlag(command, flags);
  AddFormatFlag(command, flags);
  auto request = std::make_shared<v1::EndSilenceRequest>();
  command
      ->add_option_function<int64_t>(
          "ID", [request](int64_t value) { request->set_silence_id(value); }, "The silence's id")
      ->required();
  SetBody(command, exit_code, [flags, request] {
    return Ask(
        *flags, &AlertStub::EndSilence, *request,
        [&](const v1::EndSilenceResponse&) {
          std::fputs(absl::StrCat("Silence ", request->silence_id(), " has ended.\n").c_str(),
                     stdout);
        },
        SilenceFlagNames());
  });
}

}  // namespace

void AddSilenceCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("silence", "Have receivers of alerts hear nothing of some for a while");
  AddExample(command, "proverlog silence list");
  command->require_subcommand(1);
  // Also before the name of what is done.
  AddServerFlag(command, flags);
  AddAdd(command, flags, exit_code);
  AddList(command, flags, exit_code);
  AddEnd(command, flags, exit_code);
}

}  // namespace proverlog
