#include "model/epoch_context.h"

#include <algorithm>

namespace proverlog {

const EpochSession* BestSession(const std::vector<EpochSession>& sessions) {
  const auto best = std::min_element(
      sessions.begin(), sessions.end(),
      [](const EpochSession& a, const EpochSession& b) { return a.state < b.state; });
  return best == sessions.end() ? nullptr : &*best;
}

std::optional<UnixMillis> ClosedAt(const EpochContext& context) {
  std::optional<UnixMillis> last_end;
  for (const EpochSession& session : context.sessions) {
    if (!session.ended_at) return context.moved_on_at;
    last_end = std::max(*session.ended_at, last_end.value_or(*session.ended_at));
  }
  return std::max(last_end, context.moved_on_at);  // nothing is less than any instant
}

}  // namespace proverlog
