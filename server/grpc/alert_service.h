#ifndef PROVERLOG_SERVER_GRPC_ALERT_SERVICE_H_
#define PROVERLOG_SERVER_GRPC_ALERT_SERVICE_H_

#include "absl/time/time.h"
#include "alerts/rule_set.h"
#include "proverlog/v1/alert.grpc.pb.h"
#include "server/alerts/alert_handler.h"
#include "server/grpc/polling_call.h"
#include "server/grpc/unary_call.h"
#include "server/grpc/work_queue.h"
#include "server/metrics/metrics.h"
#include "storage/alert_store.h"
#include "storage/query_store.h"

namespace proverlog {

// AlertService over gRPC: each call runs on `queue`, until its client's deadline and for `timeout`
// at most; TestRules on `test_queue`, for `test_timeout`, so that long ones do not keep others
// waiting. Thread-safe; what it is given outlives the server that it is registered with.
class AlertService final : public v1::AlertService::CallbackService {
 public:
  struct Parts {
    AlertStore* alerts = nullptr;
    QueryStore* queries = nullptr;
    const RuleSet* rules = nullptr;
    WorkQueue* queue = nullptr;
    WorkQueue* test_queue = nullptr;
    QueryMetrics* metrics = nullptr;
    absl::Duration timeout;
    absl::Duration test_timeout;
  };
  explicit AlertService(const Parts& parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* ListAlerts(grpc::CallbackServerContext* context,
                                       const v1::ListAlertsRequest* request,
                                       v1::ListAlertsResponse* response) override;
  grpc::ServerUnaryReactor* GetAlert(grpc::CallbackServerContext* context,
                                     const v1::GetAlertRequest* request,
                                     v1::GetAlertResponse* response) override;
  grpc::ServerUnaryReactor* AcknowledgeAlert(grpc::CallbackServerContext* context,
                                             const v1::AcknowledgeAlertRequest* request,
                                             v1::AcknowledgeAlertResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchAlertsResponse>* WatchAlerts(
      grpc::CallbackServerContext* context, const v1::WatchAlertsRequest* request) override;
  grpc::ServerUnaryReactor* ListRules(grpc::CallbackServerContext* context,
                                      const v1::ListRulesRequest* request,
                                      v1::ListRulesResponse* response) override;
  grpc::ServerUnaryReactor* TestRules(grpc::CallbackServerContext* context,
                                      const v1::TestRulesRequest* request,
                                      v1::TestRulesResponse* response) override;
  grpc::ServerUnaryReactor* CreateSilence(grpc::CallbackServerContext* context,
                                          const v1::CreateSilenceRequest* request,
                                          v1::CreateSilenceResponse* response) override;
  grpc::ServerUnaryReactor* ListSilences(grpc::CallbackServerContext* context,
                                         const v1::ListSilencesRequest* request,
                                         v1::ListSilencesResponse* response) override;
  grpc::ServerUnaryReactor* EndSilence(grpc::CallbackServerContext* context,
                                       const v1::EndSilenceRequest* request,
                                       v1::EndSilenceResponse* response) override;

  // Ends the calls of WatchAlerts, within a second where their clients read. No other ones begin.
  void EndWatches() { watches_.End(); }

 private:
  static constexpr int kMaxWatches = 100;

  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Run(const UnaryCall& call,
                                absl::StatusOr<Response> (AlertHandler::*method)(const Request&),
                                const Request* request, Response* response);
  UnaryCall CallOf(grpc::CallbackServerContext* context) const {
    return {context, parts_.queue, parts_.metrics, parts_.timeout};
  }

  const Parts parts_;
  OpenCalls watches_{kMaxWatches, "watches",
                     [this](int change) { parts_.metrics->watches_open.Increment(change); }};
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_GRPC_ALERT_SERVICE_H_
