#include "alerts/complete_until.h"

#include <algorithm>

#include "alerts/view_reading.h"

namespace proverlog {
namespace {

std::optional<UnixMillis> HeardAt(const LogView& log) {
  return std::max(log.seen_at, log.received_at);
}

// When the last log was heard of before the service was away.
std::optional<UnixMillis> LastBefore(const ProverView& view) {
  std::optional<UnixMillis> last;
  for (const LogView& log : view.logs) {
    const auto heard = HeardAt(log);
    if (heard && *heard < view.listens_since) last = std::max(last, heard);
  }
  return last;
}

// Whether its sender was there before the service was away, and has not had the time to come back.
bool ComesBack(const ProverView& view, const LogView& log, std::optional<UnixMillis> last_before) {
  const auto heard = HeardAt(log);
  return !log.ended && heard && last_before && *heard >= *last_before - kHeardWithin &&
         view.now - view.listens_since <= kHeardWithin;
}

// Up to when a log tells: one whose sender is there and had nothing more, until then.
std::optional<UnixMillis> ToldUntil(const LogView& log) {
  const bool had_no_more = log.seen_at && log.received_at && *log.seen_at > *log.received_at;
  return log.unread_bytes == 0 && had_no_more ? log.seen_at : log.last_at;
}

// Records from before are of epochs that are long over.
UnixMillis LongAgo(const ProverView& view) {
  std::optional<UnixMillis> last_begin;
  for (const EpochView& epoch : view.epochs) last_begin = std::max(last_begin, epoch.begin);
  return last_begin.value_or(view.now) - kViewed;
}

bool IsFarBehind(const ProverView& view, const LogView& log, UnixMillis told) {
  if (view.now - view.listens_since < kFarBehind) return false;
  return told < LongAgo(view) || (log.unread_bytes == 0 && told < view.now - kFarBehind);
}

}  // namespace

UnixMillis CompleteUntil(const ProverView& view, std::optional<UnixMillis>& known) {
  const auto last_before = LastBefore(view);
  std::optional<UnixMillis> told;
  std::optional<UnixMillis> behind;
  std::optional<UnixMillis> last;
  for (const LogView& log : view.logs) {
    last = std::max({last, log.last_at, HeardAt(log)});
    if (!IsHeard(log, view.now) && !ComesBack(view, log, last_before)) continue;
    const auto until = ToldUntil(log);
    if (!until) continue;
    if (IsFarBehind(view, log, *until)) {
      behind = std::max(behind, until);
    } else {
      told = std::min(*until, told.value_or(*until));
    }
  }
  for (const EpochView& epoch : view.epochs) last = std::max(last, epoch.last_at);
  if (told) known = told = std::max(told, known);
  if (!told) told = behind ? behind : last;
  return std::min(view.now, told.value_or(view.now));
}

}  // namespace proverlog
