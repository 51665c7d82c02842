#ifndef PROVERLOG_SERVER_GRPC_SERVICES_FIXTURE_H_
#define PROVERLOG_SERVER_GRPC_SERVICES_FIXTURE_H_

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "proverlog/v1/alert.grpc.pb.h"
#include "proverlog/v1/ingest.grpc.pb.h"
#include "proverlog/v1/query.grpc.pb.h"
#include "rpc/status.h"
#include "server/grpc/alert_service.h"
#include "server/grpc/grpc_server.h"
#include "server/grpc/ingest_service.h"
#include "server/grpc/query_service.h"
#include "server/metrics/metrics.h"
#include "storage/postgres/alert_store.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/query_store.h"

namespace proverlog {

// The services on a database, and stubs of them.
class Services {
 public:
  explicit Services(const std::string& database, const GroupWriter::Options& options = {},
                    size_t intake_bytes = size_t{256} << 20)
      : intake_(intake_bytes),
        pushed_(intake_bytes),
        pool_(*postgres::ConnectionPool::Create({.database = database})),
        writer_(&archive_, &metrics_.ingest, options) {
    auto server = GrpcServer::Start({.listen = "127.0.0.1:0"},
                                    {&ingest_service_, &query_service_, &alert_service_});
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    const auto channel =
        grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
    ingest = v1::LogIngestService::NewStub(channel);
    query = v1::QueryService::NewStub(channel);
    alerts = v1::AlertService::NewStub(channel);
  }

  void StopServer() { server_.reset(); }
  void EndTails() { query_service_.EndTails(); }
  IntakeBudget& intake() { return intake_; }
  IntakeBudget& pushed() { return pushed_; }
  // Where messages are taken, by two threads.
  WorkQueue& queue() { return queue_; }
  WorkQueue& pushes() { return pushes_; }
  // What the database last failed with.
  absl::Status failure() {
    absl::MutexLock lock(&mutex_);
    return failure_;
  }

  std::unique_ptr<v1::LogIngestService::Stub> ingest;
  std::unique_ptr<v1::QueryService::Stub> query;
  std::unique_ptr<v1::AlertService::Stub> alerts;

 private:
  IntakeBudget intake_;
  IntakeBudget pushed_;
  std::unique_ptr<postgres::ConnectionPool> pool_;
  postgres::ArchiveStore archive_{pool_.get()};
  postgres::QueryStore queries_{pool_.get()};
  WorkQueue queue_{2, 1024};
  WorkQueue pushes_{2, 1024};
  Metrics metrics_{"test"};
  GroupWriter writer_;
  IngestLimits limits_{IngestLimits::Options()};
  Attendance attendance_{&archive_};
  absl::Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  IngestService ingest_service_{&archive_,
                                &writer_,
                                &limits_,
                                &attendance_,
                                {&queue_, &queue_, &intake_, &pushes_, &pushed_},
                                &metrics_.ingest,
                                [](ProverId) {},
                                [this](const absl::Status& failure) {
                                  absl::MutexLock lock(&mutex_);
                                  failure_ = failure;
                                }};
  QueryService query_service_{&queries_, &queue_, &metrics_.query, absl::Seconds(10)};
  const RuleSet rules_;
  postgres::AlertStore alert_store_{pool_.get()};
  AlertService alert_service_{{&alert_store_, &queries_, &rules_, &queue_, &queue_, &metrics_.query,
                               absl::Seconds(10), absl::Seconds(10)}};
  std::unique_ptr<GrpcServer> server_;
};

inline v1::StreamLogsRequest Hello(const std::string& prover) {
  v1::StreamLogsRequest request;
  request.mutable_hello()->set_prover(prover);
  request.mutable_hello()->set_machine("m");
  request.mutable_hello()->set_source("a.log");
  request.mutable_hello()->set_head("hello");
  request.mutable_hello()->set_size(5);
  return request;
}

// Sends messages until the server ends the call; returns how it ended.
inline absl::Status Send(Services& services, const std::vector<v1::StreamLogsRequest>& requests) {
  grpc::ClientContext context;
  const auto stream = services.ingest->StreamLogs(&context);
  v1::StreamLogsResponse response;
  for (const v1::StreamLogsRequest& request : requests) {
    if (!stream->Write(request) || !stream->Read(&response)) break;
  }
  stream->WritesDone();
  return FromGrpcStatus(stream->Finish());
}

template <typename Detail>
Detail DetailOf(const absl::Status& status) {
  Detail detail;
  const auto payload =
      status.GetPayload("type.googleapis.com/" + Detail::descriptor()->full_name());
  EXPECT_TRUE(payload) << status;
  if (payload) detail.ParseFromString(std::string(*payload));
  return detail;
}

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_GRPC_SERVICES_FIXTURE_H_
