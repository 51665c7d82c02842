#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

using Align = Table::Align;
using Timestamp = google::protobuf::Timestamp;

constexpr size_t kYearLength = 5;  // of "2026-11-21"

// The time that the jobs are ordered by, else that of their start; null where a job has none.
const Timestamp* TimeOf(const v1::Job& job, v1::JobOrder order) {
  switch (order) {
    case v1::JOB_ORDER_ENQUEUE_TIME:
      return job.has_enqueue_time() ? &job.enqueue_time() : nullptr;
    case v1::JOB_ORDER_END_TIME:
      return job.has_end_time() ? &job.end_time() : nullptr;
    default:
      return job.has_start_time() ? &job.start_time() : nullptr;
  }
}

const char* TitleOf(v1::JobOrder order) {
  switch (order) {
    case v1::JOB_ORDER_ENQUEUE_TIME:
      return "ENQUEUED";
    case v1::JOB_ORDER_END_TIME:
      return "ENDED";
    default:
      return "STARTED";
  }
}

// Where in a time its cell begins: with the date where the jobs are not all of one.
size_t BeginOfCells(const v1::ListJobsResponse& response, v1::JobOrder order) {
  std::set<std::string> dates;
  for (const v1::Job& job : response.jobs()) {
    const Timestamp* time = TimeOf(job, order);
    if (time != nullptr) dates.insert(HumanTime(*time).substr(0, kDateLength));
  }
  return dates.size() > 1 ? kYearLength : kDateLength + 1;
}

// Which epochs were looked through, where it was not one.
std::string EpochsLine(const v1::ListJobsResponse& response) {
  if (response.epochs().empty()) return "No epoch is of this time.\n";
  if (response.epochs_size() == 1) return "";
  return absl::StrCat("Of ", Plural(response.epochs_size(), "epoch"), ", ",
                      *response.epochs().begin(), " to ", *response.epochs().rbegin(), ":\n");
}

}  // namespace

std::string ShortId(const std::string& id) {
  constexpr size_t kHashShown = 8;
  return id.substr(0, id.rfind(':') + 1 + kHashShown);
}

std::string JobsText(const v1::ListJobsResponse& response, v1::JobOrder order) {
  const std::string begin =
      absl::StrCat(CompletenessText(response.completeness()), EpochsLine(response));
  if (response.jobs().empty()) return absl::StrCat(begin, "No job is like that.\n");
  Table table({{"JOB", Align::kTime},
               {"STATE", Align::kLeft},
               {TitleOf(order), Align::kTime},
               {"PROVING"},
               {"TRIES"},
               {"MACHINE", Align::kLeft}});
  const size_t begin_of_time = BeginOfCells(response, order);
  for (const v1::Job& job : response.jobs()) {
    const Timestamp* time = TimeOf(job, order);
    table.AddRow({ShortId(job.id()), StateText(job.state()),
                  time == nullptr
                      ? "-"
                      : HumanTime(*time).substr(begin_of_time, kSecondsLength - begin_of_time),
                  job.has_duration() ? HumanDuration(job.duration()) : "-",
                  job.attempts() == 0 ? "-" : HumanCount(job.attempts()),
                  job.machine().empty() ? "-" : job.machine()});
  }
  return absl::StrCat(begin, table.ToString(), NextPageText(response.next_page_token()));
}

}  // namespace proverlog
