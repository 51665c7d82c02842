#include "analysis/epoch_collector.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace proverlog {
namespace {

using SessionEpochs = std::map<std::string, int32_t>;

SessionEpochs EpochsOfSessions(const std::vector<Event>& events) {
  SessionEpochs epochs;
  for (const Event& event : events) {
    const std::string session = SessionOf(event);
    if (const auto epoch = event.epoch(); epoch && !session.empty()) epochs[session] = *epoch;
  }
  return epochs;
}

std::optional<int32_t> EpochOf(const Event& event, const SessionEpochs& epochs) {
  if (const auto epoch = event.epoch()) return epoch;
  const auto found = epochs.find(SessionOf(event));
  if (found == epochs.end()) return std::nullopt;
  return found->second;
}

}  // namespace

void EpochCollector::AddEvent(const Event& event) {
  const std::vector<std::string>& kinds = SessionEventKinds();
  if (std::binary_search(kinds.begin(), kinds.end(), event.kind)) events_.push_back(event);
}

void EpochCollector::AddEnqueue(int32_t epoch, UnixMillis at) {
  const auto [entry, is_new] = enqueued_at_.emplace(epoch, at);
  if (!is_new) entry->second = std::min(entry->second, at);
}

std::map<int32_t, EpochContext> EpochCollector::Contexts() const {
  std::map<int32_t, std::vector<Event>> events;  // of every epoch that is known
  for (const auto& [epoch, at] : enqueued_at_) events[epoch];
  const SessionEpochs session_epochs = EpochsOfSessions(events_);
  for (const Event& event : events_) {
    if (const auto epoch = EpochOf(event, session_epochs)) events[*epoch].push_back(event);
  }
  std::map<int32_t, EpochContext> contexts;
  for (auto& [epoch, of_epoch] : events) {
    // Not epoch + kEpochsKept, which may overflow.
    const auto later = std::find_if(
        enqueued_at_.upper_bound(epoch), enqueued_at_.end(),
        [first = int64_t{epoch} + kEpochsKept](const auto& entry) { return entry.first > first; });
    std::optional<UnixMillis> moved_on_at;
    if (later != enqueued_at_.end()) moved_on_at = later->second;
    contexts.emplace(epoch, ContextOf(std::move(of_epoch), moved_on_at));
  }
  return contexts;
}

}  // namespace proverlog
