#ifndef PROVERLOG_SERVER_ALERTS_ALERT_WATCH_H_
#define PROVERLOG_SERVER_ALERTS_ALERT_WATCH_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proverlog/v1/alert.pb.h"
#include "server/query/polling_source.h"
#include "storage/alert_store.h"
#include "storage/query_store.h"

namespace proverlog {

// The changes of alerts as they happen: what WatchAlerts sends. Those that fire come first, and
// then where to go on, where the request does not say it. Not thread-safe; the store outlives it.
class AlertWatch : public PollingSource<v1::WatchAlertsResponse> {
 public:
  // NOT_FOUND where there is no such prover.
  static absl::StatusOr<std::unique_ptr<AlertWatch>> Open(AlertStore* alerts, QueryStore& queries,
                                                          const v1::WatchAlertsRequest& request);

  absl::StatusOr<Turn<v1::WatchAlertsResponse>> Next(UnixMillis now) override;

 private:
  AlertWatch(AlertStore* alerts, std::string prover, int64_t after)
      : alerts_(alerts), prover_(std::move(prover)), after_(after) {}

  absl::Status LoadFiring(std::optional<ProverId> prover_id);
  absl::Status LoadChanges();

  AlertStore* const alerts_;
  const std::string prover_;  // empty: all
  int64_t after_;             // this change is told
  std::deque<v1::WatchAlertsResponse> waiting_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_ALERT_WATCH_H_
