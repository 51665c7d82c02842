#ifndef PROVERLOG_ALERTS_ALERT_LIFE_H_
#define PROVERLOG_ALERTS_ALERT_LIFE_H_

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "alerts/prover_view.h"
#include "alerts/rule_set.h"
#include "model/alert.h"
#include "model/time.h"

namespace proverlog {

struct SteppedAlert {
  Alert alert;
  AlertStep step = AlertStep::kPending;
};

// What is not found for so long is over: something that comes and goes is one alert.
inline constexpr Millis kResolveAfter = kMinute;
// An alert that fires is said to be less severe when it was found to be so for so long.
inline constexpr Millis kLessSevereAfter = 5 * kMinute;
// The numbers of an alert that fires are stored so often.
inline constexpr Millis kUpdateEvery = kMinute;

// The alerts of one prover that are not over, from round to round: pending, firing, resolved. It
// knows no clock but the views'. For one thread.
class AlertLife {
 public:
  // `open` are those that are stored; what they tell of was found just now.
  AlertLife(std::vector<Alert> open, UnixMillis now);

  // What becomes of them when the rules find `findings` in the view. What is not written (see
  // Wrote) is said again in the next round.
  std::vector<SteppedAlert> Advance(const RuleSet& rules, const ProverView& view,
                                    const std::vector<Finding>& findings);

  // They are stored, with their ids.
  void Wrote(const std::vector<SteppedAlert>& steps);

  // Those that fire, for metrics.
  int CountFiring(Severity severity) const;

 private:
  struct Known {
    Alert alert;
    UnixMillis found_at = 0;   // for the last time
    UnixMillis severe_at = 0;  // when it was last found to be as severe as is said
  };

  // What is found again, as it is to be said.
  static Finding Again(Finding finding, UnixMillis now, Known& known);

  std::map<std::string, Known> open_;  // by fingerprint
};

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_ALERT_LIFE_H_
