#include "model/epoch_session.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/time/time.h"

namespace proverlog {
namespace {

constexpr absl::string_view kPartial = "partial";

// What an event of a session says.
enum class Says : uint8_t {
  kStarted,
  kProofReady,
  kTopTree,
  kDeadlineSet,
  kPublished,
  kSuperseded,
  kDropped,
  kNotSubmitted,
  kDeadlineHit,
  kExpired,
  kFailed,
  kTrouble,  // a reason that need not be the end
  kReorg,
  kCancelled,
  kExited,  // its state says how
};

const absl::flat_hash_map<absl::string_view, Says>& Meanings() {
  static const auto* const kMeanings = new absl::flat_hash_map<absl::string_view, Says>{
      {"session.created", Says::kStarted},
      {"epoch.started", Says::kStarted},
      {"session.proof_ready", Says::kProofReady},
      {"epoch.finalized", Says::kProofReady},
      {"top_tree.finished", Says::kTopTree},
      {"candidate.submitted", Says::kDeadlineSet},
      {"epoch.submitted", Says::kPublished},
      {"l1.published", Says::kPublished},
      {"session.superseded", Says::kSuperseded},
      {"epoch.dropped", Says::kDropped},
      {"l1.estimated", Says::kNotSubmitted},
      {"session.deadline", Says::kDeadlineHit},
      {"epoch.deadline", Says::kDeadlineHit},
      {"session.expired", Says::kExpired},
      {"candidate.expired", Says::kExpired},
      {"session.failed", Says::kFailed},
      {"epoch.failed", Says::kFailed},
      {"candidate.failed", Says::kTrouble},
      {"epoch.reorg", Says::kReorg},
      {"session.cancelled", Says::kCancelled},
      {"epoch.halted", Says::kCancelled},
      {"session.exited", Says::kExited},
      {"epoch.exited", Says::kExited},
      {"candidate.resolved", Says::kExited},
  };
  return *kMeanings;
}

std::string FirstField(const Event& event, std::initializer_list<absl::string_view> names) {
  for (const absl::string_view name : names) {
    if (const absl::string_view value = event.field(name); !value.empty()) {
      return std::string(value);
    }
  }
  return "";
}

// The state that the software prints where a session or its candidate ends.
SessionState PrintedState(absl::string_view state) {
  if (state == "published") return SessionState::kPublished;
  if (state == "superseded") return SessionState::kSuperseded;
  if (state == "failed") return SessionState::kFailed;
  if (state == "timed-out" || state == "expired") return SessionState::kTimedOut;
  if (state == "cancelled" || state == "stopped" || state == "reorg" || state == "withdrawn") {
    return SessionState::kCancelled;
  }
  // "completed" too: that a session completed is no word of its proof being on L1.
  return SessionState::kExited;
}

// Of what several lines say of one session the one with the highest weight stands. It is not the
// rank among sessions: a session that hits its deadline is then stopped, and may fail of that.
int Weight(SessionState state) {
  switch (state) {
    case SessionState::kPublished:
      return 7;
    case SessionState::kSuperseded:
      return 6;
    case SessionState::kDropped:
      return 5;
    case SessionState::kTimedOut:
      return 4;
    case SessionState::kFailed:
      return 3;
    case SessionState::kCancelled:
      return 2;
    case SessionState::kExited:
      return 1;
    case SessionState::kOpen:
      return 0;
  }
  return 0;
}

void Earliest(UnixMillis at, std::optional<UnixMillis>& known) {
  known = std::min(at, known.value_or(at));
}

// Takes a session's events in order of time.
class SessionBuilder {
 public:
  void Take(const Event& event) {
    if (!has_origin_) {
      session_.machine = event.origin.machine;
      session_.stream_id = event.origin.stream_id;
      has_origin_ = true;
    }
    if (session_.kind.empty()) session_.kind = FirstField(event, {"kind"});
    const Says says = Meanings().at(event.kind);
    if (IsTrouble(says, event) && !session_.trouble) session_.trouble = event;
    switch (says) {
      case Says::kStarted:
        Earliest(event.at, session_.started_at);
        break;
      case Says::kProofReady:
        Earliest(event.at, session_.proof_ready_at);
        TakeTopTree(event, "durationMs");  // names the session, so it outranks the other
        break;
      case Says::kTopTree:
        if (!session_.top_tree_millis) TakeTopTree(event, "ms");
        break;
      case Says::kDeadlineSet:
        TakeDeadline(event);
        break;
      case Says::kTrouble:
        TakeReason(event);
        break;
      default:
        TakeState(says, event);
        break;
    }
  }

  // Whether its proof waits to be published.
  bool HasProofToPublish() const { return session_.proof_ready_at && !session_.ended_at; }

  EpochSession Build(std::string id) && {
    session_.id = std::move(id);
    // Trouble on the way to it is no reason of a good end.
    if (session_.state <= SessionState::kDropped) session_.reason.clear();
    if (session_.state <= SessionState::kSuperseded) session_.trouble.reset();
    return std::move(session_);
  }

 private:
  void TakeState(Says says, const Event& event) {
    switch (says) {
      case Says::kPublished:
        return EndAs(SessionState::kPublished, event);
      case Says::kSuperseded:
        return EndAs(SessionState::kSuperseded, event);
      case Says::kDropped:
        return EndAs(SessionState::kDropped, event);
      case Says::kNotSubmitted:
        return SetState(SessionState::kDropped);
      case Says::kDeadlineHit:
        return SetState(SessionState::kTimedOut);
      case Says::kExpired:
        return EndAs(SessionState::kTimedOut, event);
      case Says::kFailed:
        return EndAs(SessionState::kFailed, event);
      case Says::kReorg:
        SetReason("the epoch's blocks changed");
        return SetState(SessionState::kCancelled);
      case Says::kCancelled:
        // "deadline" (5.x), "Halted execution due to state timed-out" (up to 4.x).
        return EndAs(IsTimeOut(FirstField(event, {"reason", "details"})) ? SessionState::kTimedOut
                                                                         : SessionState::kCancelled,
                     event);
      default:
        return EndAs(PrintedState(event.field("state")), event);
    }
  }

  static bool IsTrouble(Says says, const Event& event) {
    switch (says) {
      case Says::kStarted:
      case Says::kProofReady:
      case Says::kTopTree:
      case Says::kDeadlineSet:
      case Says::kPublished:
      case Says::kSuperseded:
        return false;
      case Says::kExited:
        return PrintedState(event.field("state")) >= SessionState::kFailed &&
               event.field("state") != "completed";
      default:
        return true;
    }
  }

  static bool IsTimeOut(absl::string_view reason) {
    return absl::StrContains(reason, "deadline") || absl::StrContains(reason, "timed-out");
  }

  void SetState(SessionState state) {
    if (Weight(state) > Weight(session_.state)) session_.state = state;
  }

  void EndAs(SessionState state, const Event& event) {
    SetState(state);
    TakeReason(event);
    session_.ended_at = event.at;  // the last word of its end
    if (state == SessionState::kPublished) Earliest(event.at, session_.published_at);
  }

  void TakeReason(const Event& event) {
    SetReason(FirstField(event, {"error", "reason", "details"}));
  }

  // The first reason is the cause of the others.
  void SetReason(std::string reason) {
    if (session_.reason.empty()) session_.reason = std::move(reason);
  }

  void TakeTopTree(const Event& event, absl::string_view field) {
    double millis = 0;
    if (!absl::SimpleAtod(event.field(field), &millis)) return;
    if (IsDuration(millis)) session_.top_tree_millis = millis;
  }

  void TakeDeadline(const Event& event) {
    absl::Time deadline;
    if (!absl::ParseTime(absl::RFC3339_full, event.field("deadline"), &deadline, nullptr)) return;
    const UnixMillis at = absl::ToUnixMillis(deadline);
    if (IsPrintableInstant(at)) session_.deadline = at;
  }

  EpochSession session_;
  bool has_origin_ = false;
};

// In order of time; in one millisecond a start comes first, and then the order of the table above.
bool EventOrder(const Event& a, const Event& b) {
  const auto key = [](const Event& event) {
    return std::make_tuple(event.at, Meanings().at(event.kind));
  };
  if (key(a) != key(b)) return key(a) < key(b);
  return std::tie(a.kind, a.fields, a.origin.stream_id) <
         std::tie(b.kind, b.fields, b.origin.stream_id);
}

// A prover node has one session of an epoch at a time, but for the partial ones (5.x): one that is
// open when the next begins died with its process.
void EndWhatDied(std::vector<EpochSession>& sessions) {
  std::optional<UnixMillis> next_start;
  for (auto session = sessions.rbegin(); session != sessions.rend(); ++session) {
    if (session->kind == kPartial || !session->started_at) continue;
    if (next_start && !session->ended_at) {
      session->ended_at = next_start;
      if (session->state == SessionState::kOpen) session->state = SessionState::kExited;
    }
    next_start = session->started_at;
  }
}

bool IsSessionEvent(const Event& event) { return Meanings().contains(event.kind); }

}  // namespace

const std::vector<std::string>& SessionEventKinds() {
  static const auto* const kKinds = [] {
    auto* kinds = new std::vector<std::string>;
    for (const auto& [kind, says] : Meanings()) kinds->emplace_back(kind);
    std::sort(kinds->begin(), kinds->end());
    return kinds;
  }();
  return *kKinds;
}

std::string SessionOf(const Event& event) { return FirstField(event, {"session", "uuid"}); }

std::vector<EpochSession> DeriveSessions(std::vector<Event> events) {
  events.erase(std::remove_if(events.begin(), events.end(),
                              [](const Event& event) { return !IsSessionEvent(event); }),
               events.end());
  std::sort(events.begin(), events.end(), EventOrder);
  std::map<std::string, SessionBuilder> builders;
  std::vector<std::string> ids;  // in order of the sessions' first events
  // That of which an event without a uuid tells: the last with a proof to publish, else the last.
  const auto last = [&] {
    const auto waits = std::find_if(ids.rbegin(), ids.rend(), [&](const std::string& id) {
      return builders.at(id).HasProofToPublish();
    });
    return waits == ids.rend() ? ids.back() : *waits;
  };
  for (const Event& event : events) {
    std::string id = SessionOf(event);
    if (id.empty() && !ids.empty()) id = last();
    if (builders.count(id) == 0) ids.push_back(id);
    builders[id].Take(event);
  }
  std::vector<EpochSession> sessions;
  for (std::string& id : ids) {
    SessionBuilder& builder = builders.at(id);
    sessions.push_back(std::move(builder).Build(std::move(id)));
  }
  EndWhatDied(sessions);
  return sessions;
}

const EpochSession* BestSession(const std::vector<EpochSession>& sessions) {
  const auto best = std::min_element(
      sessions.begin(), sessions.end(),
      [](const EpochSession& a, const EpochSession& b) { return a.state < b.state; });
  return best == sessions.end() ? nullptr : &*best;
}

}  // namespace proverlog
