#include "client/commands/alerts_command.h"

#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/commands/alert_flags.h"
#include "client/commands/follow.h"
#include "client/commands/query_flags.h"
#include "client/format/alerts_text.h"
#include "client/tail/alert_watch.h"

namespace proverlog {
namespace {

constexpr std::chrono::seconds kProbeDeadline{5};

const FlagNames& AlertFlagNames() {
  static const auto* const kNames = new FlagNames{
      {"alert_id", "ID"},          {"prover", "--prover"},   {"at_least", "--at-least"},
      {"match", "--match"},        {"page_size", "--limit"}, {"page_token", "--page-token"},
      {"acknowledged_by", "--by"}, {"reason", "--reason"}};
  return *kNames;
}

struct AlertsAsked {
  v1::ListAlertsRequest request;
  std::vector<std::string> match;
  bool watch = false;
};

// Changes may be hours apart: an answer to this says that the server is there.
grpc::Status Probe(AlertStub& stub, const std::string& prover) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kProbeDeadline);
  v1::ListAlertsRequest request;
  request.set_prover(prover);
  request.set_page_size(1);
  v1::ListAlertsResponse response;
  return stub.ListAlerts(&context, request, &response);
}

int Watch(const GlobalFlags& flags, const v1::ListAlertsRequest& filter) {
  AlertWatch watch(filter);
  return FollowUntilSignal(
      flags.server, [&](const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context,
                        const std::function<void()>& heard) {
        AlertStub stub(channel);
        grpc::Status status = Probe(stub, filter.prover());
        if (!status.ok()) return status;
        heard();
        const auto reader = stub.WatchAlerts(&context, watch.request());
        v1::WatchAlertsResponse response;
        while (reader->Read(&response)) {
          if (!watch.Take(response)) continue;
          if (flags.json) {
            PrintJsonLine(response);
          } else {
            std::fputs(AlertChangeText(response).c_str(), stdout);
          }
          std::fflush(stdout);
        }
        return reader->Finish();
      });
}

int Alerts(const GlobalFlags& flags, AlertsAsked& asked) {
  v1::ListAlertsRequest& request = asked.request;
  request.set_prover(flags.prover);
  if (auto status = ReadMatch(asked.match, *request.mutable_match()); !status.ok()) {
    return Fail(status);
  }
  // It is matched as a silence does, but asked for by itself.
  const auto prover = request.match().find("prover");
  if (prover != request.match().end()) {
    request.set_prover(prover->second);
    request.mutable_match()->erase("prover");
  }
  if (asked.watch) return Watch(flags, request);
  return Ask(
      flags, &AlertStub::ListAlerts, request,
      [&](const v1::ListAlertsResponse& response) {
        std::fputs(AlertsText(response, request).c_str(), stdout);
      },
      AlertFlagNames());
}

void AddAlertsFlags(CLI::App* command, const std::shared_ptr<AlertsAsked>& asked) {
  command->add_flag_function(
      "--resolved", [asked](int64_t) { asked->request.set_resolved(true); },
      "Also those that are over");
  command->add_flag_function(
      "--pending", [asked](int64_t) { asked->request.set_pending(true); },
      "Also those that have not held long enough to fire");
  static const auto* const kSeverities =
      new std::map<std::string, v1::AlertSeverity>{{"info", v1::ALERT_SEVERITY_INFO},
                                                   {"warning", v1::ALERT_SEVERITY_WARNING},
                                                   {"critical", v1::ALERT_SEVERITY_CRITICAL}};
  command
      ->add_option_function<std::string>(
          "--at-least",
          [asked](const std::string& value) {
            asked->request.set_at_least(kSeverities->at(value));
          },
          "Only those of this severity and above")
      ->check(CLI::IsMember({"info", "warning", "critical"}));
  AddMatchFlag(command, &asked->match,
               "LABEL=VALUE, such as machine=prover-a, epoch=3055 or rule=job_failed: only those"
               " that have it; of several, all");
  AddPaging(command, "default 50, at most 1000",
            std::shared_ptr<v1::ListAlertsRequest>(asked, &asked->request));
  CLI::Option* const watch =
      command->add_flag("--watch", asked->watch, "Show what fires, then each change as it happens");
  for (const char* name : {"--resolved", "--pending", "--limit", "--page-token"}) {
    watch->excludes(name);
  }
}

void AddShow(CLI::App* alerts, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = alerts->add_subcommand(
      "show", "Show one alert: what it tells, what to do, who takes care, its history");
  AddExample(command, "proverlog alerts show 1");
  AddServerFlag(command, flags);
  AddFormatFlag(command, flags);
  auto request = std::make_shared<v1::GetAlertRequest>();
  command
      ->add_option_function<int64_t>(
          "ID", [request](int64_t value) { request->set_alert_id(value); }, "The alert's id")
      ->required();
  SetBody(command, exit_code, [flags, request] {
    return Ask(*flags, &AlertStub::GetAlert, *request, Show(&AlertText), AlertFlagNames());
  });
}

void AddAck(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = app.add_subcommand("ack", "Say that you take care of an alert");
  AddExample(command, "proverlog ack 1 --reason 'the agent is restarted'");
  AddServerFlag(command, flags);
  AddFormatFlag(command, flags);
  auto request = std::make_shared<v1::AcknowledgeAlertRequest>();
  command
      ->add_option_function<int64_t>(
          "ID", [request](int64_t value) { request->set_alert_id(value); }, "The alert's id")
      ->required();
  command->add_option_function<std::string>(
      "--by", [request](const std::string& value) { request->set_acknowledged_by(value); },
      "Who takes care of it (default: the account's name)");
  command->add_option_function<std::string>(
      "--reason", [request](const std::string& value) { request->set_reason(value); },
      "What others should know of it");
  SetBody(command, exit_code, [flags, request] {
    auto who = ReadWho("--by", request->acknowledged_by());
    if (!who.ok()) return Fail(who.status());
    request->set_acknowledged_by(*who);
    return Ask(*flags, &AlertStub::AcknowledgeAlert, *request, Show(&AcknowledgedText),
               AlertFlagNames());
  });
}

}  // namespace

void AddAlertsCommands(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("alerts", "List what needs attention, the latest first, or watch it");
  AddExample(command, "proverlog alerts --at-least warning");
  AddServerFlag(command, flags);
  command->add_option("--prover", flags->prover, "Only this prover's (default: all)");
  AddFormatFlag(command, flags);
  auto asked = std::make_shared<AlertsAsked>();
  AddAlertsFlags(command, asked);
  AddShow(command, flags, exit_code);
  SetBody(command, exit_code, [flags, asked] { return Alerts(*flags, *asked); });
  AddAck(app, flags, exit_code);
}

}  // namespace proverlog
