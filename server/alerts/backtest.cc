#include "server/alerts/backtest.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "alerts/alert_life.h"
#include "alerts/rule.h"
#include "server/alerts/alert_convert.h"
#include "server/alerts/replay_view.h"
#include "server/query/epoch_cache.h"

namespace proverlog {
namespace {

constexpr Millis kRound = 10'000;
constexpr int64_t kMaxRounds = 20'000;
// A round of which everything is loaded asks nothing of the store, which knows whether somebody
// still waits: so often it is asked anyway.
constexpr int kRoundsBetweenLooks = 100;
constexpr int kMaxAlertsTold = 1000;
constexpr size_t kCacheBytes = size_t{32} << 20;

// Keeps what the steps make of each alert, in the order in which they fire.
class Told {
 public:
  void Take(std::vector<SteppedAlert> steps) {
    for (SteppedAlert& stepped : steps) {
      const std::string& fingerprint = stepped.alert.fingerprint;
      if (stepped.step == AlertStep::kFiring) {
        places_[fingerprint] = alerts_.size();
        alerts_.push_back(std::move(stepped.alert));
      } else if (const auto place = places_.find(fingerprint); place != places_.end()) {
        alerts_[place->second] = stepped.alert;
        if (stepped.step == AlertStep::kResolved) places_.erase(place);
      }
    }
  }
  const std::vector<Alert>& alerts() const { return alerts_; }

 private:
  std::vector<Alert> alerts_;
  std::map<std::string, size_t> places_;  // by fingerprint, of those that fire
};

}  // namespace

absl::StatusOr<v1::TestRulesResponse> Backtest(QueryStore& store, const ProverRef& prover,
                                               const RuleSet& rules, UnixMillis begin,
                                               UnixMillis end) {
  EpochCache cache(kCacheBytes);
  auto replay = ReplayView::Create(&store, &cache, prover, begin, end);
  if (!replay.ok()) return replay.status();
  const Millis step = std::max(kRound, (end - begin) / kMaxRounds);
  v1::TestRulesResponse response;
  AlertLife life({}, begin);
  Told told;
  int64_t next_id = 1;
  for (UnixMillis at = begin; at < end; at += step) {
    if (response.rounds() % kRoundsBetweenLooks == 0) {
      if (const auto look = store.FindProver(prover.name); !look.ok()) return look.status();
    }
    const auto view = replay->At(at);
    if (!view.ok()) return view.status();
    auto steps = life.Advance(rules, **view, FindAll(rules, **view));
    for (SteppedAlert& stepped : steps) {
      if (stepped.alert.alert_id == 0) stepped.alert.alert_id = next_id++;
    }
    life.Wrote(steps);
    told.Take(std::move(steps));
    response.set_rounds(response.rounds() + 1);
  }
  for (const Alert& alert : told.alerts()) {
    if (response.alerts_size() == kMaxAlertsTold) {
      response.set_more(true);
      break;
    }
    *response.add_alerts() = ToProto(alert);
    response.mutable_alerts()->rbegin()->clear_alert_id();
  }
  for (const Rule& rule : BuiltInRules()) {
    if (rule.live_only) response.add_untested_rules(std::string(rule.name));
  }
  return response;
}

}  // namespace proverlog
