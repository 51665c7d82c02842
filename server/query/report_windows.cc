#include "server/query/report_windows.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "analysis/duration_stats.h"
#include "analysis/job_flow.h"
#include "analysis/job_timeline.h"
#include "rpc/convert.h"
#include "server/query/throughput.h"

namespace proverlog {
namespace {

// What went on between two instants.
class WindowCount {
 public:
  WindowCount(UnixMillis begin, UnixMillis end) : begin_(begin), end_(end) {}

  void Add(const LoadedEpoch& epoch) {
    for (const JobTypeSummary& type : epoch.summary.job_types) {
      if (types_.try_emplace(type.type).second) order_.push_back(type.type);
    }
    for (const Job& job : epoch.state.jobs) {
      if (job.exists) Add(job);
    }
  }

  v1::ReportWindow Finish(bool with_durations) const {
    v1::ReportWindow window;
    *window.mutable_start_time() = ToProtoTimestamp(begin_);
    *window.mutable_end_time() = ToProtoTimestamp(end_);
    *window.mutable_total() = proverlog::ToProto(total_);
    for (const std::string& name : order_) {
      const OfType& type = types_.at(name);
      v1::TypeFlow& flow = *window.add_job_types();
      flow.set_type(name);
      *flow.mutable_flow() = proverlog::ToProto(type.flow);
      if (with_durations) *flow.mutable_duration() = ToProto(type.durations.Stats());
    }
    return window;
  }

 private:
  struct OfType {
    JobFlow flow;
    DurationCollector durations;
  };

  void Add(const Job& job) {
    const JobTimeline timeline = TimelineOf(job);
    OfType& type = types_[timeline.type];
    const int32_t completed = type.flow.completed;
    CountFlow(timeline, begin_, end_, total_);
    CountFlow(timeline, begin_, end_, type.flow);
    if (type.flow.completed == completed) return;
    if (job.duration) {
      type.durations.Add(*job.duration);
    } else if (job.duration_ambiguous) {
      type.durations.AddAmbiguous();
    }
  }

  const UnixMillis begin_;
  const UnixMillis end_;
  JobFlow total_;
  std::map<std::string, OfType> types_;
  std::vector<std::string> order_;  // in which the types first appear
};

}  // namespace

std::vector<EpochWindow> Unite(std::vector<EpochWindow> windows) {
  std::sort(windows.begin(), windows.end(),
            [](const EpochWindow& a, const EpochWindow& b) { return *a.begin < *b.begin; });
  std::vector<EpochWindow> united;
  for (const EpochWindow& window : windows) {
    if (united.empty() || *united.back().end < *window.begin) {
      united.push_back(window);
    } else {
      united.back().end = std::max(*united.back().end, *window.end);
    }
  }
  return united;
}

std::vector<EpochWindow> TimesOf(const std::vector<LoadedEpoch>& epochs, const EpochWindow& asked) {
  std::vector<EpochWindow> times;
  if (asked.begin) times.push_back(asked);
  for (const LoadedEpoch& epoch : epochs) {
    const EpochSummary& summary = epoch.summary;
    if (summary.first_at) times.push_back({*summary.first_at, *summary.last_at + 1});
  }
  return Unite(std::move(times));
}

void AddWindows(const std::vector<LoadedEpoch>& epochs, const EpochWindow& asked,
                v1::GetReportResponse& report) {
  for (const LoadedEpoch& epoch : epochs) {
    const EpochSummary& summary = epoch.summary;
    if (!summary.first_at) continue;
    WindowCount count(*summary.first_at, *summary.last_at + 1);
    count.Add(epoch);
    v1::ReportWindow& window = *report.add_windows();
    window = count.Finish(false);
    window.set_epoch(summary.epoch);
  }
  if (!asked.begin) return;
  WindowCount count(*asked.begin, *asked.end);
  for (const LoadedEpoch& epoch : epochs) count.Add(epoch);
  *report.add_windows() = count.Finish(true);
}

}  // namespace proverlog
