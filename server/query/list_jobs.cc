#include "server/query/list_jobs.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "analysis/job_selection.h"
#include "rpc/convert.h"
#include "rpc/near_names.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/jobs_asked.h"
#include "server/query/known_epoch.h"
#include "server/query/known_machine.h"
#include "server/query/known_type.h"
#include "server/query/page_token.h"

namespace proverlog {
namespace {

constexpr int kDefaultEpochsOfJobs = 10;

// Where a page begins: behind this job, in these epochs.
struct PageStart {
  std::vector<int32_t> epochs;
  JobPosition after;
};

absl::StatusOr<std::optional<PageStart>> ParseStart(const std::string& token,
                                                    const JobsAsked& asked) {
  if (token.empty()) return std::optional<PageStart>();
  const auto parts = ParsePageToken(token, asked.fingerprint, 3);
  if (!parts.ok()) return parts.status();
  const absl::Status damaged = DamagedToken(token);
  PageStart start;
  for (const absl::string_view text : absl::StrSplit((*parts)[0], ',')) {
    int32_t epoch = 0;
    if (!absl::SimpleAtoi(text, &epoch) || epoch < 0) return damaged;
    start.epochs.push_back(epoch);
  }
  if (start.epochs.size() > kMaxEpochsOfJobs) return damaged;
  if (!(*parts)[1].empty()) {
    int64_t value = 0;
    if (!absl::SimpleAtoi((*parts)[1], &value)) return damaged;
    start.after.value = value;
  }
  const auto id = ParseJobId((*parts)[2]);
  if (!id) return damaged;
  start.after.id = JobId::From(*id);
  return std::optional<PageStart>(std::move(start));
}

std::string TokenOf(const JobsAsked& asked, const std::vector<int32_t>& epochs, const Job& last) {
  const JobPosition position = PositionOf(last, asked.order);
  return MakePageToken(asked.fingerprint,
                       {absl::StrJoin(epochs, ","),
                        position.value ? absl::StrCat(*position.value) : "", last.id.ToString()});
}

// The epochs that are asked for, ascending.
absl::StatusOr<std::vector<int32_t>> EpochsOf(QueryStore& store, const ProverRef& prover,
                                              const JobsAsked& asked) {
  if (!asked.epochs.empty()) return asked.epochs;
  const EpochWindow window{asked.selection.begin, asked.selection.end};
  const bool is_given = window.begin || window.end;
  const auto found =
      store.FindEpochs(prover, window, is_given ? kMaxEpochsOfJobs + 1 : kDefaultEpochsOfJobs);
  if (!found.ok()) return found.status();
  if (found->size() > kMaxEpochsOfJobs) {
    return absl::ResourceExhaustedError(
        absl::StrCat("more than ", kMaxEpochsOfJobs,
                     " epochs are of this time; ask for less time, or for some of "
                     "the epochs"));
  }
  std::vector<int32_t> epochs;
  for (const EpochRevision& epoch : *found) epochs.push_back(epoch.epoch);
  std::sort(epochs.begin(), epochs.end());
  return epochs;
}

// Of what the database can tell from a job's row, in the order of its key.
absl::StatusOr<std::vector<Job>> PageById(QueryStore& store, const ProverRef& prover,
                                          const JobsAsked& asked,
                                          const std::vector<int32_t>& epochs,
                                          const std::optional<PageStart>& start) {
  std::vector<Job> page;
  for (const int32_t epoch : epochs) {
    if (start && epoch < start->after.id.epoch) continue;
    const int left = asked.page_size + 1 - static_cast<int>(page.size());
    if (left == 0) break;
    JobFilter filter{epoch, asked.types, asked.states, std::nullopt};
    if (start && epoch == start->after.id.epoch) {
      filter.after = {start->after.id.type, start->after.id.hash};
    }
    auto jobs = store.ListJobs(prover, filter, left);
    if (!jobs.ok()) return jobs.status();
    for (Job& job : *jobs) page.push_back(std::move(job));
  }
  return page;
}

// NOT_FOUND where no attempt of the jobs ran in the process that is asked for.
absl::Status CheckProcess(const JobSelection& selection, const std::set<std::string>& processes) {
  if (selection.process.empty() || processes.contains(selection.process)) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(
      "no agent process \"", selection.process.substr(0, 256), "\" ran such jobs of these epochs",
      DidYouMean(selection.process, {processes.begin(), processes.end()})));
}

// Of what only all of a job tells: of the jobs that the database finds.
absl::StatusOr<std::vector<Job>> PageOfSelection(QueryStore& store, const ProverRef& prover,
                                                 const JobsAsked& asked,
                                                 const std::vector<int32_t>& epochs,
                                                 const std::optional<PageStart>& start) {
  const auto before = [&](const Job& a, const Job& b) {
    return ComesBefore(PositionOf(a, asked.order), PositionOf(b, asked.order), asked.descending);
  };
  const auto is_behind = [&](const Job& job) {
    return !start || ComesBefore(start->after, PositionOf(job, asked.order), asked.descending);
  };
  size_t left = kMaxJobsLoaded;
  std::set<std::string> processes;
  std::vector<Job> taken;
  for (const int32_t epoch : epochs) {
    auto jobs = store.ListJobs(prover, {epoch, asked.types, asked.states, std::nullopt},
                               static_cast<int>(left + 1));
    if (!jobs.ok()) return jobs.status();
    if (jobs->size() > left) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "more than ", kMaxJobsLoaded,
          " jobs would have to be looked at; ask for fewer epochs, a type or a state"));
    }
    left -= jobs->size();
    for (Job& job : *jobs) {
      for (const Attempt& attempt : job.attempts) processes.insert(attempt.origin.process);
      if (asked.selection.Takes(job) && is_behind(job)) taken.push_back(std::move(job));
    }
  }
  if (auto status = CheckProcess(asked.selection, processes); !status.ok()) return status;
  const size_t size = std::min(taken.size(), static_cast<size_t>(asked.page_size) + 1);
  std::partial_sort(taken.begin(), taken.begin() + static_cast<ptrdiff_t>(size), taken.end(),
                    before);
  taken.resize(size);
  return taken;
}

// Checks what is named, and says how far the logs of the epochs are.
absl::StatusOr<v1::Completeness> LookUp(QueryStore& store, const ProverRef& prover,
                                        const JobsAsked& asked, const std::vector<int32_t>& epochs,
                                        absl::Time now) {
  const auto windows = store.LoadEpochWindows(prover, epochs);
  if (!windows.ok()) return windows.status();
  for (const int32_t epoch : asked.epochs) {
    if (!windows->contains(epoch)) return NoSuchEpoch(store, prover, epoch);
  }
  if (auto status = CheckTypes(store, prover, "types", asked.types, epochs); !status.ok()) {
    return status;
  }
  if (!asked.selection.machine.empty()) {
    auto status = CheckMachine(store, prover, asked.selection.machine);
    if (!status.ok()) return status;
  }
  return CompletenessOf(store, prover, *windows, now);
}

}  // namespace

absl::StatusOr<v1::ListJobsResponse> ListJobs(QueryStore& store, const ProverRef& prover,
                                              const v1::ListJobsRequest& request, absl::Time now) {
  const auto asked = ParseJobsAsked(prover, request);
  if (!asked.ok()) return asked.status();
  const auto start = ParseStart(request.page_token(), *asked);
  if (!start.ok()) return start.status();
  const auto epochs = *start ? absl::StatusOr<std::vector<int32_t>>((*start)->epochs)
                             : EpochsOf(store, prover, *asked);
  if (!epochs.ok()) return epochs.status();
  auto completeness = LookUp(store, prover, *asked, *epochs, now);
  if (!completeness.ok()) return completeness.status();

  const bool by_id =
      asked->selection.TakesAll() && asked->order == JobOrder::kId && !asked->descending;
  auto jobs = by_id ? PageById(store, prover, *asked, *epochs, *start)
                    : PageOfSelection(store, prover, *asked, *epochs, *start);
  if (!jobs.ok()) return jobs.status();
  v1::ListJobsResponse response;
  if (jobs->size() > static_cast<size_t>(asked->page_size)) {
    jobs->pop_back();
    response.set_next_page_token(TokenOf(*asked, *epochs, jobs->back()));
  }
  for (const Job& job : *jobs) *response.add_jobs() = ToProto(job);
  response.mutable_epochs()->Add(epochs->begin(), epochs->end());
  *response.mutable_completeness() = *std::move(completeness);
  return response;
}

}  // namespace proverlog
