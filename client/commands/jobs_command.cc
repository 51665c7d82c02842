#include "client/commands/jobs_command.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_replace.h"
#include "analysis/cause_table.h"
#include "analysis/job_selection.h"
#include "client/commands/instant_flag.h"
#include "client/commands/query_flags.h"
#include "client/format/summary.h"
#include "model/job.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

struct JobsAsked {
  v1::ListJobsRequest request;
  WindowFlags window;
  std::string min_duration;
  std::string max_duration;
};

// "out-of-memory"
std::string NameOf(const CauseEntry& entry) {
  return absl::StrReplaceAll(entry.name, {{" ", "-"}});
}

const std::map<std::string, v1::CauseKind>& Causes() {
  static const auto* const kCauses = [] {
    auto* causes = new std::map<std::string, v1::CauseKind>;
    for (const CauseEntry& entry : CauseTable()) {
      if (!IsCauseOfJobs(entry.kind)) continue;
      (*causes)[NameOf(entry)] = static_cast<v1::CauseKind>(static_cast<int>(entry.kind) + 1);
    }
    return causes;
  }();
  return *kCauses;
}

const std::map<std::string, v1::JobOrder>& Orders() {
  static const auto* const kOrders =
      new std::map<std::string, v1::JobOrder>{{"id", v1::JOB_ORDER_ID},
                                              {"enqueued", v1::JOB_ORDER_ENQUEUE_TIME},
                                              {"started", v1::JOB_ORDER_START_TIME},
                                              {"ended", v1::JOB_ORDER_END_TIME},
                                              {"duration", v1::JOB_ORDER_DURATION},
                                              {"attempts", v1::JOB_ORDER_ATTEMPTS}};
  return *kOrders;
}

template <typename Value>
std::vector<std::string> NamesOf(const std::map<std::string, Value>& values) {
  std::vector<std::string> names;
  for (const auto& [name, value] : values) names.push_back(name);
  return names;
}

absl::Status ReadLength(const std::string& flag, const std::string& text,
                        google::protobuf::Duration* (*field)(v1::ListJobsRequest&),
                        v1::ListJobsRequest& request) {
  if (text.empty()) return absl::OkStatus();
  const auto length = ParseLength(flag, text);
  if (!length.ok()) return length.status();
  *field(request) = ToProtoDuration(*length);
  return absl::OkStatus();
}

absl::Status ReadAsked(JobsAsked& asked) {
  if (auto status = ReadWindow(asked.window, asked.request); !status.ok()) return status;
  auto status = ReadLength(
      "--min-duration", asked.min_duration,
      [](v1::ListJobsRequest& request) { return request.mutable_min_duration(); }, asked.request);
  if (!status.ok()) return status;
  return ReadLength(
      "--max-duration", asked.max_duration,
      [](v1::ListJobsRequest& request) { return request.mutable_max_duration(); }, asked.request);
}

// Which jobs by what their id and state tell.
void AddRowFlags(CLI::App* command, const std::shared_ptr<JobsAsked>& asked) {
  command->add_option_function<std::vector<int32_t>>(
      "--epoch",
      [asked](const std::vector<int32_t>& values) {
        asked->request.mutable_epochs()->Add(values.begin(), values.end());
      },
      "Their epochs, at most 50 (default: those of --from and --to, else the latest 10)");
  command->add_option_function<std::vector<std::string>>(
      "--type",
      [asked](const std::vector<std::string>& values) {
        asked->request.mutable_types()->Add(values.begin(), values.end());
      },
      "Only these job types, such as PUBLIC_VM");
  command
      ->add_option_function<std::vector<std::string>>(
          "--state",
          [asked](const std::vector<std::string>& values) {
            for (const std::string& value : values) {
              asked->request.add_states(ToProto(*ParseJobState(value)));
            }
          },
          "Only this state, or one of these")
      ->check(CLI::IsMember({"queued", "running", "completed", "failed", "aborted", "abandoned"}));
}

// Which jobs by what became of them.
void AddHistoryFlags(CLI::App* command, const std::shared_ptr<JobsAsked>& asked) {
  command->add_option_function<std::string>(
      "--machine", [asked](const std::string& value) { asked->request.set_machine(value); },
      "Only jobs that ran on this machine");
  command->add_option_function<std::string>(
      "--agent-process",
      [asked](const std::string& value) { asked->request.set_agent_process(value); },
      "Only jobs that ran in this agent process, as `proverlog epoch` names it");
  AddWindowFlags(command, &asked->window, "Enqueued or running");
  command->add_option("--min-duration", asked->min_duration, "Proven in this time or longer");
  command->add_option("--max-duration", asked->max_duration, "Proven in this time or less");
  command->add_option_function<int32_t>(
      "--min-attempts", [asked](int32_t value) { asked->request.set_min_attempts(value); },
      "Tried at least so often");
  command
      ->add_option_function<std::vector<std::string>>(
          "--cause",
          [asked](const std::vector<std::string>& values) {
            for (const std::string& value : values) asked->request.add_causes(Causes().at(value));
          },
          "Failed, tried again or cancelled because of one of these")
      ->check(CLI::IsMember(NamesOf(Causes())));
  command->add_flag_function(
      "--never-again", [asked](int64_t) { asked->request.set_never_again(true); },
      "Cancelled, and answered from the broker's cache since: never proven again");
}

}  // namespace

void AddJobsCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = app.add_subcommand("jobs", "List jobs");
  AddExample(command, "proverlog jobs --epoch 3055 --machine prover-b --order duration --desc");
  AddQueryFlags(command, flags);
  auto asked = std::make_shared<JobsAsked>();
  AddRowFlags(command, asked);
  AddHistoryFlags(command, asked);
  command
      ->add_option_function<std::string>(
          "--order",
          [asked](const std::string& value) { asked->request.set_order(Orders().at(value)); },
          "By what they are ordered (default: id)")
      ->check(CLI::IsMember(NamesOf(Orders())));
  command->add_flag_function(
      "--desc", [asked](int64_t) { asked->request.set_descending(true); }, "The largest first");
  AddPaging(command, "default 100, at most 1000",
            std::shared_ptr<v1::ListJobsRequest>(asked, &asked->request));
  SetBody(command, exit_code, [flags, asked] {
    asked->request.set_prover(flags->prover);
    if (auto status = ReadAsked(*asked); !status.ok()) return Fail(status);
    return Ask(*flags, &Stub::ListJobs, asked->request,
               [order = asked->request.order()](const v1::ListJobsResponse& response) {
                 std::fputs(JobsText(response, order).c_str(), stdout);
               });
  });
}

}  // namespace proverlog
