#include "server/grpc/alert_service.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "server/alerts/alert_watch.h"

namespace proverlog {

template <typename Request, typename Response>
grpc::ServerUnaryReactor* AlertService::Run(
    const UnaryCall& call, absl::StatusOr<Response> (AlertHandler::*method)(const Request&),
    const Request* request, Response* response) {
  return RunUnary(call, request, response,
                  [this, context = call.context, method, request](absl::Time deadline) {
                    const auto queries = parts_.queries->WithDeadline(
                        deadline, [context] { return context->IsCancelled(); });
                    AlertHandler handler(parts_.alerts, queries.get(), parts_.rules, absl::Now());
                    return (handler.*method)(*request);
                  });
}

grpc::ServerUnaryReactor* AlertService::ListAlerts(grpc::CallbackServerContext* context,
                                                   const v1::ListAlertsRequest* request,
                                                   v1::ListAlertsResponse* response) {
  return Run(CallOf(context), &AlertHandler::ListAlerts, request, response);
}

grpc::ServerUnaryReactor* AlertService::GetAlert(grpc::CallbackServerContext* context,
                                                 const v1::GetAlertRequest* request,
                                                 v1::GetAlertResponse* response) {
  return Run(CallOf(context), &AlertHandler::GetAlert, request, response);
}

grpc::ServerUnaryReactor* AlertService::AcknowledgeAlert(grpc::CallbackServerContext* context,
                                                         const v1::AcknowledgeAlertRequest* request,
                                                         v1::AcknowledgeAlertResponse* response) {
  return Run(CallOf(context), &AlertHandler::AcknowledgeAlert, request, response);
}

grpc::ServerUnaryReactor* AlertService::ListRules(grpc::CallbackServerContext* context,
                                                  const v1::ListRulesRequest* request,
                                                  v1::ListRulesResponse* response) {
  return Run(CallOf(context), &AlertHandler::ListRules, request, response);
}

grpc::ServerUnaryReactor* AlertService::TestRules(grpc::CallbackServerContext* context,
                                                  const v1::TestRulesRequest* request,
                                                  v1::TestRulesResponse* response) {
  return Run({context, parts_.test_queue, parts_.metrics, parts_.test_timeout},
             &AlertHandler::TestRules, request, response);
}

grpc::ServerUnaryReactor* AlertService::CreateSilence(grpc::CallbackServerContext* context,
                                                      const v1::CreateSilenceRequest* request,
                                                      v1::CreateSilenceResponse* response) {
  return Run(CallOf(context), &AlertHandler::CreateSilence, request, response);
}

grpc::ServerUnaryReactor* AlertService::ListSilences(grpc::CallbackServerContext* context,
                                                     const v1::ListSilencesRequest* request,
                                                     v1::ListSilencesResponse* response) {
  return Run(CallOf(context), &AlertHandler::ListSilences, request, response);
}

grpc::ServerUnaryReactor* AlertService::EndSilence(grpc::CallbackServerContext* context,
                                                   const v1::EndSilenceRequest* request,
                                                   v1::EndSilenceResponse* response) {
  return Run(CallOf(context), &AlertHandler::EndSilence, request, response);
}

grpc::ServerWriteReactor<v1::WatchAlertsResponse>* AlertService::WatchAlerts(
    grpc::CallbackServerContext* /*context*/, const v1::WatchAlertsRequest* request) {
  return PollingCall<v1::WatchAlertsResponse>::Start(
      parts_.queue, &watches_,
      [this, request]() -> absl::StatusOr<std::unique_ptr<PollingSource<v1::WatchAlertsResponse>>> {
        return AlertWatch::Open(parts_.alerts, *parts_.queries, *request);
      },
      [this](absl::StatusCode code) { parts_.metrics->CountAnswer("WatchAlerts", code); });
}

}  // namespace proverlog
