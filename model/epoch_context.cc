#include "model/epoch_context.h"

#include <algorithm>
#include <utility>

namespace proverlog {

EpochContext ContextOf(std::vector<Event> events, std::optional<UnixMillis> moved_on_at) {
  EpochContext context{DeriveSessions(std::move(events)), moved_on_at};
  if (!moved_on_at) return context;
  for (EpochSession& session : context.sessions) {
    const bool died =
        !session.ended_at && session.started_at.value_or(*moved_on_at) <= *moved_on_at;
    if (!died) continue;
    session.ended_at = moved_on_at;
    if (session.state == SessionState::kOpen) session.state = SessionState::kExited;
  }
  return context;
}

std::optional<UnixMillis> ClosedAt(const EpochContext& context) {
  std::optional<UnixMillis> last_end;
  for (const EpochSession& session : context.sessions) {
    if (!session.ended_at) return std::nullopt;
    last_end = std::max(*session.ended_at, last_end.value_or(*session.ended_at));
  }
  return std::max(last_end, context.moved_on_at);  // nothing is less than any instant
}

}  // namespace proverlog
