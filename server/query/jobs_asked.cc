#include "server/query/jobs_asked.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "codec/sha256.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/page_token.h"
#include "server/query/time_asked.h"

namespace proverlog {
namespace {

constexpr int kDefaultJobs = 100;
constexpr int kMaxJobs = 1000;
constexpr int kMaxTypes = 100;

std::optional<JobState> StateOf(int state) {
  switch (state) {
    case v1::JOB_STATE_QUEUED:
      return JobState::kQueued;
    case v1::JOB_STATE_RUNNING:
      return JobState::kRunning;
    case v1::JOB_STATE_COMPLETED:
      return JobState::kCompleted;
    case v1::JOB_STATE_FAILED:
      return JobState::kFailed;
    case v1::JOB_STATE_ABORTED:
      return JobState::kAborted;
    case v1::JOB_STATE_ABANDONED:
      return JobState::kAbandoned;
    default:
      return std::nullopt;
  }
}

std::optional<JobOrder> OrderOf(v1::JobOrder order) {
  switch (order) {
    case v1::JOB_ORDER_UNSPECIFIED:
    case v1::JOB_ORDER_ID:
      return JobOrder::kId;
    case v1::JOB_ORDER_ENQUEUE_TIME:
      return JobOrder::kEnqueueTime;
    case v1::JOB_ORDER_START_TIME:
      return JobOrder::kStartTime;
    case v1::JOB_ORDER_END_TIME:
      return JobOrder::kEndTime;
    case v1::JOB_ORDER_DURATION:
      return JobOrder::kDuration;
    case v1::JOB_ORDER_ATTEMPTS:
      return JobOrder::kAttempts;
    default:
      return std::nullopt;
  }
}

absl::Status ReadEpochs(const v1::ListJobsRequest& request, JobsAsked& asked) {
  std::set<int32_t> epochs(request.epochs().begin(), request.epochs().end());
  if (epochs.size() > kMaxEpochsOfJobs) {
    return InvalidField("epochs", absl::StrCat("there are ", epochs.size(), ", at most ",
                                               kMaxEpochsOfJobs, " can be looked through"));
  }
  if (!epochs.empty() && *epochs.begin() < 0) {
    return InvalidField("epochs", absl::StrCat(*epochs.begin(), " is negative"));
  }
  asked.epochs.assign(epochs.begin(), epochs.end());
  if (request.types_size() > kMaxTypes) {
    return InvalidField("types", absl::StrCat("there are ", request.types_size(), ", at most ",
                                              kMaxTypes, " can be given"));
  }
  asked.types.assign(request.types().begin(), request.types().end());
  return absl::OkStatus();
}

absl::Status ReadEnums(const v1::ListJobsRequest& request, JobsAsked& asked) {
  for (const int number : request.states()) {
    const auto state = StateOf(number);
    if (!state) return InvalidField("states", absl::StrCat(number, " is not a job state"));
    asked.states.push_back(*state);
  }
  for (const int number : request.causes()) {
    const bool is_kind = number != v1::CAUSE_KIND_UNSPECIFIED && v1::CauseKind_IsValid(number);
    if (!is_kind) return InvalidField("causes", absl::StrCat(number, " is not a kind of cause"));
    const auto kind = static_cast<CauseKind>(number - 1);
    if (!IsCauseOfJobs(kind)) {
      return InvalidField("causes", absl::StrCat("\"", EntryOf(kind).name,
                                                 "\" is a cause of epochs, no job has it; "
                                                 "Explain an epoch to see its cause"));
    }
    asked.selection.causes.insert(kind);
  }
  const auto order = OrderOf(request.order());
  if (!order) {
    return InvalidField("order", absl::StrCat(static_cast<int>(request.order()),
                                              " is nothing that jobs are ordered by"));
  }
  asked.order = *order;
  asked.descending = request.descending();
  return absl::OkStatus();
}

// To whole milliseconds, as durations of jobs are.
absl::StatusOr<std::optional<Millis>> ReadLength(const std::string& field, bool is_given,
                                                 const google::protobuf::Duration& duration,
                                                 bool round_up) {
  if (!is_given) return std::optional<Millis>();
  const absl::Duration length = FromProtoDuration(duration);
  if (length < absl::ZeroDuration()) {
    return InvalidField(field, absl::StrCat(absl::FormatDuration(length), " is negative"));
  }
  const absl::Duration grain = absl::Milliseconds(1);
  return std::optional<Millis>(
      absl::ToInt64Milliseconds(round_up ? absl::Ceil(length, grain) : length));
}

absl::Status ReadSelection(const v1::ListJobsRequest& request, JobSelection& selection) {
  selection.machine = request.machine();
  selection.process = request.agent_process();
  selection.never_again = request.never_again();
  const auto window = ReadWindow(request);
  if (!window.ok()) return window.status();
  selection.begin = window->begin;
  selection.end = window->end;
  const auto min = ReadLength("min_duration", request.has_min_duration(), request.min_duration(),
                              /*round_up=*/true);
  if (!min.ok()) return min.status();
  const auto max = ReadLength("max_duration", request.has_max_duration(), request.max_duration(),
                              /*round_up=*/false);
  if (!max.ok()) return max.status();
  selection.min_duration = *min;
  selection.max_duration = *max;
  if (*min && *max && **max < **min) {
    return InvalidField(
        "max_duration",
        absl::StrCat(absl::FormatDuration(FromProtoDuration(request.max_duration())),
                     " is less than the shortest, ",
                     absl::FormatDuration(FromProtoDuration(request.min_duration()))));
  }
  if (request.min_attempts() < 0) {
    return InvalidField("min_attempts", absl::StrCat(request.min_attempts(), " is negative"));
  }
  selection.min_attempts = request.min_attempts();
  return absl::OkStatus();
}

// What no job can be, whatever the logs say.
absl::Status CheckContradictions(const JobsAsked& asked) {
  const auto excludes = [&](JobState state) {
    return !asked.states.empty() &&
           std::find(asked.states.begin(), asked.states.end(), state) == asked.states.end();
  };
  if (asked.selection.never_again && excludes(JobState::kAborted)) {
    return InvalidField("never_again", "such jobs are aborted, and states excludes these");
  }
  const std::set<CauseKind>& causes = asked.selection.causes;
  const bool only_cancelled =
      !causes.empty() && std::all_of(causes.begin(), causes.end(), [](CauseKind kind) {
        return kind == CauseKind::kCancelled || kind == CauseKind::kNeverAgain;
      });
  if (only_cancelled && excludes(JobState::kAborted)) {
    return InvalidField("causes", "such jobs are aborted, and states excludes these");
  }
  return absl::OkStatus();
}

std::string FingerprintOf(const ProverRef& prover, v1::ListJobsRequest request) {
  constexpr size_t kDigestBytes = 12;
  request.set_prover(prover.name);
  request.clear_page_size();
  request.clear_page_token();
  return absl::StrCat(
      "jobs ", absl::BytesToHexString(Sha256(request.SerializeAsString()).substr(0, kDigestBytes)));
}

}  // namespace

absl::StatusOr<JobsAsked> ParseJobsAsked(const ProverRef& prover,
                                         const v1::ListJobsRequest& request) {
  const auto page_size = PageSize(request.page_size(), kDefaultJobs, kMaxJobs);
  if (!page_size.ok()) return page_size.status();
  JobsAsked asked;
  asked.page_size = *page_size;
  if (auto status = ReadEpochs(request, asked); !status.ok()) return status;
  if (auto status = ReadEnums(request, asked); !status.ok()) return status;
  if (auto status = ReadSelection(request, asked.selection); !status.ok()) return status;
  if (auto status = CheckContradictions(asked); !status.ok()) return status;
  asked.fingerprint = FingerprintOf(prover, request);
  return asked;
}

}  // namespace proverlog
