#include "server/query/completeness.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/epoch_outcome.h"
#include "server/query/store_convert.h"

namespace proverlog {
namespace {

constexpr int kMaxSources = 1000;
constexpr Millis kShortestSilence = 120'000;
constexpr double kUsualPauses = 20;

// How long a log may say nothing while its sender is not there: processes write in bursts.
Millis SilentAfter(const StreamCounts& counts) {
  if (counts.records < 2) return kShortestSilence;
  const double pause = static_cast<double>(*counts.last_at - *counts.first_at) /
                       static_cast<double>(counts.records - 1);
  return std::max(kShortestSilence, static_cast<Millis>(pause * kUsualPauses));
}

v1::SourceCondition ConditionOf(const StreamStatus& stream, UnixMillis end) {
  if (!stream.gaps.empty()) return v1::SOURCE_CONDITION_LOST;
  if (stream.committed_offset > stream.normalized_offset) return v1::SOURCE_CONDITION_LATE;
  if (stream.sealed || !stream.counts.last_at) return v1::SOURCE_CONDITION_CURRENT;
  const UnixMillis heard_at = std::max(*stream.counts.last_at, stream.seen_at.value_or(0));
  const bool silent = end - heard_at > SilentAfter(stream.counts);
  return silent ? v1::SOURCE_CONDITION_SILENT : v1::SOURCE_CONDITION_CURRENT;
}

// `end` is that of the time in question.
v1::Completeness Judge(const std::vector<StreamStatus>& streams, bool more, UnixMillis end,
                       const std::string& prover) {
  v1::Completeness completeness;
  completeness.set_more_sources(more);
  completeness.set_complete(!more);
  std::vector<v1::SourceState> current;
  for (const StreamStatus& stream : streams) {
    v1::SourceState state;
    *state.mutable_stream() = ToProto(stream, prover);
    state.set_condition(ConditionOf(stream, end));
    if (state.condition() == v1::SOURCE_CONDITION_CURRENT) {
      current.push_back(std::move(state));
    } else {
      completeness.set_complete(false);
      *completeness.add_sources() = std::move(state);
    }
  }
  for (v1::SourceState& state : current) *completeness.add_sources() = std::move(state);
  return completeness;
}

}  // namespace

absl::StatusOr<v1::Completeness> CompletenessOf(QueryStore& store, const ProverRef& prover,
                                                const EpochWindow& window, absl::Time now,
                                                LogFilter filter) {
  const UnixMillis latest = absl::ToUnixMillis(now);
  const UnixMillis end = std::min(window.end.value_or(latest), latest);
  filter.first_at = window.begin.value_or(0);
  filter.last_at = std::max(end, *filter.first_at);
  filter.or_silent = true;
  auto streams = store.FindStreams(prover, filter, kMaxSources + 1);
  if (!streams.ok()) return streams.status();
  const bool more = streams->size() > kMaxSources;
  if (more) streams->pop_back();
  return Judge(*streams, more, end, prover.name);
}

void Widen(std::optional<UnixMillis> first_at, std::optional<UnixMillis> last_at,
           EpochWindow& window) {
  if (!first_at || !last_at) return;
  window.begin = std::min(*first_at, window.begin.value_or(*first_at));
  window.end = std::max(*last_at, window.end.value_or(*last_at));
}

void UniteCompleteness(const v1::Completeness& more, v1::Completeness& united) {
  std::map<int64_t, v1::SourceState> sources;
  for (const v1::Completeness* part : {static_cast<const v1::Completeness*>(&united), &more}) {
    for (const v1::SourceState& source : part->sources()) {
      v1::SourceState& known = sources[source.stream().stream_id()];
      const bool is_better = known.condition() == v1::SOURCE_CONDITION_UNSPECIFIED ||
                             known.condition() == v1::SOURCE_CONDITION_CURRENT;
      if (is_better) known = source;
    }
  }
  united.set_more_sources(united.more_sources() || more.more_sources());
  united.set_complete(!united.more_sources());
  united.clear_sources();
  for (const bool current : {false, true}) {
    for (const auto& [id, source] : sources) {
      if ((source.condition() == v1::SOURCE_CONDITION_CURRENT) != current) continue;
      *united.add_sources() = source;
      if (!current) united.set_complete(false);
    }
  }
}

absl::StatusOr<v1::Completeness> CompletenessOf(QueryStore& store, const ProverRef& prover,
                                                const std::map<int32_t, EpochWindow>& epochs,
                                                absl::Time now) {
  EpochWindow window;
  for (const auto& [epoch, times] : epochs) {
    if (!times.begin) continue;
    window.begin = std::min(*times.begin, window.begin.value_or(*times.begin));
    window.end = std::max(*times.end, window.end.value_or(*times.end));
  }
  if (!epochs.empty()) {
    const int32_t last = epochs.rbegin()->first;
    std::optional<int32_t> before;
    if (last < std::numeric_limits<int32_t>::max()) before = last + 1;
    const auto latest = store.ListEpochs(prover, before, 1);
    if (!latest.ok()) return latest.status();
    for (const EpochRow& row : *latest) {
      const EpochOutcome outcome = OutcomeOf(row.totals, row.root_completed, row.context.sessions);
      if (outcome == EpochOutcome::kInProgress) window.end = std::nullopt;
    }
  }
  return CompletenessOf(store, prover, window, now);
}

v1::Completeness CompletenessOf(const EpochState& state, const EpochSummary& summary,
                                const std::string& prover, absl::Time now) {
  const UnixMillis latest = absl::ToUnixMillis(now);
  const bool is_open = summary.outcome == EpochOutcome::kInProgress;
  const UnixMillis end = is_open ? latest : std::min(summary.last_at.value_or(latest), latest);
  return Judge(state.streams, state.more_behind, end, prover);
}

}  // namespace proverlog
