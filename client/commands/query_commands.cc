#include "client/commands/query_commands.h"

#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/commands/alerts_command.h"
#include "client/commands/command.h"
#include "client/commands/compare_command.h"
#include "client/commands/critical_path_command.h"
#include "client/commands/jobs_command.h"
#include "client/commands/lines_command.h"
#include "client/commands/machines_command.h"
#include "client/commands/progress_command.h"
#include "client/commands/query_flags.h"
#include "client/commands/report_command.h"
#include "client/commands/rules_command.h"
#include "client/commands/silence_command.h"
#include "client/commands/submissions_command.h"
#include "client/commands/tail_command.h"
#include "client/commands/throughput_command.h"
#include "client/commands/transactions_command.h"
#include "client/commands/trend_command.h"
#include "client/format/summary.h"

namespace proverlog {
namespace {

void AddEpochs(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = app.add_subcommand("epochs", "List the epochs, the latest first");
  AddExample(command, "proverlog epochs --limit 10");
  AddQueryFlags(command, flags);
  auto request = std::make_shared<v1::ListEpochsRequest>();
  AddPaging(command, "default 50, at most 200", request);
  SetBody(command, exit_code, [flags, request] {
    request->set_prover(flags->prover);
    return Ask(*flags, &Stub::ListEpochs, *request, Show(&EpochsText));
  });
}

void AddEpoch(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = app.add_subcommand("epoch", "Say how one epoch went");
  AddExample(command, "proverlog epoch 3055");
  AddQueryFlags(command, flags);
  auto request = std::make_shared<v1::GetEpochSummaryRequest>();
  command
      ->add_option_function<int32_t>(
          "EPOCH", [request](int32_t value) { request->set_epoch(value); }, "The epoch's number")
      ->required();
  SetBody(command, exit_code, [flags, request] {
    request->set_prover(flags->prover);
    return Ask(*flags, &Stub::GetEpochSummary, *request, Show(&EpochSummaryText));
  });
}

void AddEvents(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("events", "List what the logs say of an epoch, or of the processes");
  AddExample(command, "proverlog events --epoch 3055");
  AddQueryFlags(command, flags);
  auto request = std::make_shared<v1::ListEventsRequest>();
  command->add_option_function<int32_t>(
      "--epoch", [request](int32_t value) { request->set_epoch(value); },
      "The epoch's number; without it, what belongs to no epoch");
  command->add_option_function<std::string>(
      "--kind", [request](const std::string& value) { request->set_kind(value); },
      "Only kinds that begin so, such as l1.");
  AddPaging(command, "default 100, at most 1000", request);
  SetBody(command, exit_code, [flags, request] {
    request->set_prover(flags->prover);
    return Ask(*flags, &Stub::ListEvents, *request, Show(&EventsText));
  });
}

void AddJob(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("job", "Show one job: its attempts, its facts and the log lines");
  AddExample(command, "proverlog job 3055:PUBLIC_CHONK_VERIFIER:96312c65");
  AddQueryFlags(command, flags);
  auto request = std::make_shared<v1::GetJobRequest>();
  request->set_context_lines(1);
  command
      ->add_option_function<std::string>(
          "ID", [request](const std::string& value) { request->set_id(value); },
          "The job's id, <epoch>:<TYPE>:<hash>")
      ->required();
  command->add_option_function<int32_t>(
      "--context", [request](int32_t value) { request->set_context_lines(value); },
      "Log lines on each side of a fact's (default 1, at most 20)");
  SetBody(command, exit_code, [flags, request] {
    request->set_prover(flags->prover);
    return Ask(*flags, &Stub::GetJob, *request, Show(&JobText));
  });
}

void AddWhy(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("why", "Say why an epoch or a job went as it did, and what to do");
  AddExample(command, "proverlog why 3055");
  AddQueryFlags(command, flags);
  auto request = std::make_shared<v1::ExplainRequest>();
  command
      ->add_option_function<std::string>(
          "EPOCH_OR_JOB",
          [request](const std::string& value) {
            int32_t epoch = 0;
            if (absl::SimpleAtoi(value, &epoch)) {
              request->set_epoch(epoch);
            } else {
              request->set_job(value);
            }
          },
          "The epoch's number, or the job's id, <epoch>:<TYPE>:<hash>")
      ->required();
  SetBody(command, exit_code, [flags, request] {
    request->set_prover(flags->prover);
    return Ask(*flags, &Stub::Explain, *request, Show(&WhyText));
  });
}

void AddUnknown(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("unknown", "List the messages that are not understood, by how often");
  AddExample(command, "proverlog unknown");
  AddQueryFlags(command, flags);
  auto request = std::make_shared<v1::ListUnknownMessagesRequest>();
  AddPaging(command, "default 100, at most 1000", request);
  SetBody(command, exit_code, [flags, request] {
    request->set_prover(flags->prover);
    return Ask(*flags, &Stub::ListUnknownMessages, *request, Show(&UnknownMessagesText));
  });
}

}  // namespace

void AddQueryCommands(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  AddEpochs(app, flags, exit_code);
  AddEpoch(app, flags, exit_code);
  AddReportCommand(app, flags, exit_code);
  AddJobsCommand(app, flags, exit_code);
  AddEvents(app, flags, exit_code);
  AddJob(app, flags, exit_code);
  AddTransactionCommands(app, flags, exit_code);
  AddWhy(app, flags, exit_code);
  AddThroughputCommand(app, flags, exit_code);
  AddCriticalPathCommand(app, flags, exit_code);
  AddLinesCommand(app, flags, exit_code);
  AddTailCommand(app, flags, exit_code);
  AddMachinesCommand(app, flags, exit_code);
  AddCompareCommand(app, flags, exit_code);
  AddTrendCommand(app, flags, exit_code);
  AddUnknown(app, flags, exit_code);
  AddProgressCommand(app, flags, exit_code);
  AddSubmissionsCommand(app, flags, exit_code);
  AddAlertsCommands(app, flags, exit_code);
  AddSilenceCommand(app, flags, exit_code);
  AddRulesCommand(app, flags, exit_code);
}

}  // namespace proverlog
