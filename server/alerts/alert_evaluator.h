#ifndef PROVERLOG_SERVER_ALERTS_ALERT_EVALUATOR_H_
#define PROVERLOG_SERVER_ALERTS_ALERT_EVALUATOR_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "alerts/alert_life.h"
#include "alerts/rule_set.h"
#include "server/metrics/metrics.h"
#include "storage/alert_store.h"
#include "storage/query_store.h"

namespace proverlog {

// Evaluates the rules for every prover, round after round, on the one replica that holds the lease;
// the others wait for it to expire. What a round changes is in the database before anybody is told.
// Thread-safe; what it is given outlives it.
class AlertEvaluator {
 public:
  struct Options {
    std::string holder;  // this replica; no other has the same
    RuleSet rules;
    // All provers, and one of them at an instant, with ProverView::listens_since; the view is valid
    // until the next call. Both are called by one thread.
    std::function<absl::StatusOr<std::vector<ProverRef>>()> provers;
    std::function<absl::StatusOr<const ProverView*>(const ProverRef& prover, UnixMillis now,
                                                    UnixMillis listens_since)>
        view;
    std::function<void()> on_change;  // something is to be delivered
    std::function<absl::Time()> now = absl::Now;
    absl::Duration round_interval = absl::Seconds(10);
    // Another replica takes over after lease and renewal at the latest.
    absl::Duration lease = absl::Seconds(10);
    absl::Duration renewal = absl::Seconds(3);
  };
  AlertEvaluator(AlertStore* store, RuleMetrics* metrics, Options options);
  // Begins the rounds in a thread of their own; the end of this object ends them.
  void Start();
  ~AlertEvaluator();
  AlertEvaluator(const AlertEvaluator&) = delete;
  AlertEvaluator& operator=(const AlertEvaluator&) = delete;

  // Whether this replica evaluates. Not when its lease may have expired, whoever waits for what.
  bool leads() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes or keeps the lease. What Start's thread does every `renewal`.
  absl::Status Renew();
  // Evaluates every prover once; OK where another replica does. The failure of one prover, which is
  // the result, does not keep the others from it. Not while Start's thread runs.
  absl::Status EvaluateAll();

 private:
  void Run();
  bool IsRenewalDue() const ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Evaluate(const ProverRef& prover);
  absl::Status Store(const ProverRef& prover, const ProverView& view, AlertLife& life);
  void SetLeads(bool leads) ABSL_LOCKS_EXCLUDED(mutex_);

  AlertStore* const store_;
  RuleMetrics* const metrics_;
  const Options options_;
  // Of the thread of the rounds.
  std::map<ProverId, AlertLife> lives_;
  // When the database answered last, and since when it does without a break: what this replica
  // hears of senders is there since.
  absl::Time answered_at_ = absl::InfinitePast();
  absl::Time listens_since_ = absl::InfinitePast();

  mutable absl::Mutex mutex_;
  bool leads_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time renewed_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_ALERT_EVALUATOR_H_
