#include "client/commands/trend_command.h"

#include <memory>
#include <string>

#include "client/commands/query_flags.h"
#include "client/format/comparison_text.h"

namespace proverlog {

void AddTrendCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("trend", "Say how a figure went over the epochs, and which stand out");
  AddExample(command, "proverlog trend duration.p95 --type PUBLIC_VM");
  AddQueryFlags(command, flags);
  auto request = std::make_shared<v1::GetTrendRequest>();
  command
      ->add_option_function<std::string>(
          "FIGURE", [request](const std::string& value) { request->set_figure(value); },
          "Such as wall_time, jobs, retries, throughput, duration.p50, queue_wait.p95; a wrong one"
          " lists them all")
      ->required();
  command->add_option_function<std::string>(
      "--type", [request](const std::string& value) { request->set_type(value); },
      "Of this job type; the distributions of durations must have one");
  command->add_option_function<std::string>(
      "--machine", [request](const std::string& value) { request->set_machine(value); },
      "Of this machine");
  command->add_option_function<int32_t>(
      "--epochs", [request](int32_t value) { request->set_epochs(value); },
      "How many epochs (default 50, at most 200)");
  command->add_option_function<int32_t>(
      "--band-epochs", [request](int32_t value) { request->set_band_epochs(value); },
      "Of how many epochs before it each one's band is made (default 20, 9 to 100)");
  SetBody(command, exit_code, [flags, request] {
    request->set_prover(flags->prover);
    return Ask(*flags, &Stub::GetTrend, *request, Show(&TrendText));
  });
}

}  // namespace proverlog
