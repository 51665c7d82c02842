#include "client/commands/throughput_command.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/commands/query_flags.h"
#include "client/format/summary.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

struct ThroughputAsked {
  v1::GetThroughputRequest request;
  WindowFlags window;
  std::string step;
};

absl::Status ReadStep(const std::string& text, v1::GetThroughputRequest& request) {
  if (text.empty()) return absl::OkStatus();
  absl::Duration step;
  if (!absl::ParseDuration(text, &step) || step <= absl::ZeroDuration() ||
      step == absl::InfiniteDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--step: \"", text, "\" is not a length of time such as 10s or 5m"));
  }
  *request.mutable_step() = ToProtoDuration(step);
  return absl::OkStatus();
}

}  // namespace

void AddThroughputCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = app.add_subcommand(
      "throughput", "Show how much was proven over time, and how well the agents were used");
  AddExample(command, "proverlog throughput 3055 --by type");
  AddQueryFlags(command, flags);
  auto asked = std::make_shared<ThroughputAsked>();
  command->add_option_function<int32_t>(
      "EPOCH", [asked](int32_t value) { asked->request.set_epoch(value); },
      "The epoch's number; without it, --from and --to");
  AddWindowFlags(command, &asked->window, "The time");
  command->add_option("--step", asked->step,
                      "How long a step is, such as 10s (default: a round one, at most 60 steps)");
  command
      ->add_option_function<std::string>(
          "--by",
          [asked](const std::string& value) {
            asked->request.set_breakdown(value == "type" ? v1::THROUGHPUT_BREAKDOWN_JOB_TYPE
                                                         : v1::THROUGHPUT_BREAKDOWN_MACHINE);
          },
          "Show the steps of each job type, or of each machine")
      ->check(CLI::IsMember({"type", "machine"}));
  SetBody(command, exit_code, [flags, asked] {
    asked->request.set_prover(flags->prover);
    if (auto status = ReadWindow(asked->window, asked->request); !status.ok()) return Fail(status);
    if (auto status = ReadStep(asked->step, asked->request); !status.ok()) return Fail(status);
    return Ask(*flags, &Stub::GetThroughput, asked->request, Show(&ThroughputText));
  });
}

}  // namespace proverlog
