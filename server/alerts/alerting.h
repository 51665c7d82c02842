#ifndef PROVERLOG_SERVER_ALERTS_ALERTING_H_
#define PROVERLOG_SERVER_ALERTS_ALERTING_H_

#include <optional>
#include <string>

#include "server/alerts/alert_evaluator.h"
#include "server/alerts/deliverer.h"
#include "server/alerts/rules_file.h"
#include "server/alerts/view_loader.h"
#include "server/metrics/metrics.h"
#include "server/query/epoch_cache.h"
#include "storage/alert_outbox.h"
#include "storage/alert_store.h"
#include "storage/query_store.h"

namespace proverlog {

// Who evaluates the rules and who delivers what they find, put together: the replica that evaluates
// is the one that delivers. Thread-safe; what it is given outlives it.
class Alerting {
 public:
  struct Stores {
    AlertStore* alerts = nullptr;
    AlertOutbox* outbox = nullptr;
    QueryStore* queries = nullptr;
  };
  Alerting(const Stores& stores, const RulesFile& rules, Metrics* metrics);

 private:
  // About 1,000 epochs of a few machines.
  static constexpr size_t kCacheBytes = size_t{16} << 20;

  EpochCache cache_{kCacheBytes};
  ViewLoader loader_;
  // The evaluator's thread tells the deliverer, and ends before it.
  std::optional<Deliverer> deliverer_;
  AlertEvaluator evaluator_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_ALERTING_H_
