// The services over a real channel: what a client sees of errors, limits and the end of a server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "server/grpc/services_fixture.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using Stream = grpc::ClientReaderWriter<v1::StreamLogsRequest, v1::StreamLogsResponse>;

absl::Status ListEpochs(Services& services, absl::Duration timeout) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  v1::ListEpochsResponse response;
  return FromGrpcStatus(services.query->ListEpochs(&context, {}, &response));
}

TEST(ServicesTest, ABadFieldIsNamedInTheErrorsDetails) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  const absl::Status status = Send(services, {Hello("Not a name")});
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations(0).field(), "hello.prover");
}

TEST(ServicesTest, ABatchOverTheLimitIsResourceExhausted) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  v1::StreamLogsRequest open;
  open.mutable_open();
  v1::StreamLogsRequest batch;
  batch.mutable_batch()->set_end_offset((1 << 20) + 1);
  batch.mutable_batch()->set_raw(std::string((1 << 20) + 1, 'x'));
  const absl::Status status = Send(services, {Hello("p"), open, batch});
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("max_batch_bytes"));
  // A message over 2 MiB is refused before it is read.
  batch.mutable_batch()->set_raw(std::string((2 << 20) + 1, 'x'));
  const absl::Status unread = Send(services, {Hello("p"), open, batch});
  EXPECT_TRUE(absl::IsResourceExhausted(unread)) << unread;
  EXPECT_THAT(std::string(unread.message()), HasSubstr("larger than max"));
  EXPECT_EQ(database.Sql("SELECT count(*) FROM stream"), "0");
}

TEST(ServicesTest, WithoutADatabaseACallSaysWhenToTryAgain) {
  Services services("host=/nonexistent user=x dbname=y");
  const absl::Status ingest = Send(services, {Hello("p")});
  EXPECT_TRUE(absl::IsUnavailable(ingest)) << ingest;
  EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(ingest).retry_delay().seconds(), 1);
  grpc::ClientContext context;
  v1::ListEpochsResponse response;
  const absl::Status query = FromGrpcStatus(services.query->ListEpochs(&context, {}, &response));
  EXPECT_TRUE(absl::IsUnavailable(query)) << query;
  EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(query).retry_delay().seconds(), 1);
}

TEST(ServicesTest, ALostDatabaseConnectionIsReplaced) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  v1::StreamLogsRequest open;
  open.mutable_open();
  EXPECT_TRUE(Send(services, {Hello("p"), open}).ok());
  testing_util::TestDatabase::ClusterSql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
      "'proverlogd'");
  EXPECT_TRUE(absl::IsUnavailable(Send(services, {Hello("p"), open})));
  EXPECT_TRUE(Send(services, {Hello("p"), open}).ok());
}

TEST(ServicesTest, ACancelledCallEndsAndTheServerGoesOn) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    const auto stream = services.ingest->StreamLogs(&context);
    stream->Write(Hello("p"));
    context.TryCancel();
    EXPECT_TRUE(absl::IsCancelled(FromGrpcStatus(stream->Finish())));
  }
  v1::StreamLogsRequest open;
  open.mutable_open();
  EXPECT_TRUE(Send(services, {Hello("p"), open}).ok());
}

TEST(ServicesTest, TheServerEndsWhileClientsAreConnectedAndSayNothing) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  grpc::ClientContext silent;
  const auto never_spoke = services.ingest->StreamLogs(&silent);
  grpc::ClientContext idle;
  const auto stopped_speaking = services.ingest->StreamLogs(&idle);
  v1::StreamLogsResponse response;
  ASSERT_TRUE(stopped_speaking->Write(Hello("p")));
  ASSERT_TRUE(stopped_speaking->Read(&response));
  services.StopServer();
  EXPECT_FALSE(stopped_speaking->Read(&response));
  EXPECT_FALSE(stopped_speaking->Finish().ok());
  EXPECT_FALSE(never_spoke->Finish().ok());
}

// A call that has said Hello and waits.
struct WaitingCall {
  grpc::ClientContext context;
  std::unique_ptr<Stream> stream;
};

TEST(ServicesTest, AConnectionHasSoManyCallsAtATime) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  v1::StreamLogsResponse response;
  std::vector<std::unique_ptr<WaitingCall>> calls;
  for (int i = 0; i < 1024; ++i) {
    calls.push_back(std::make_unique<WaitingCall>());
    calls.back()->stream = services.ingest->StreamLogs(&calls.back()->context);
    ASSERT_TRUE(calls.back()->stream->Write(Hello("p")));
    ASSERT_TRUE(calls.back()->stream->Read(&response)) << i;
  }
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(500)));
  const auto one_more = services.ingest->StreamLogs(&context);
  one_more->Write(Hello("p"));
  EXPECT_FALSE(one_more->Read(&response));
  EXPECT_TRUE(absl::IsDeadlineExceeded(FromGrpcStatus(one_more->Finish())));
  calls.pop_back();
  EXPECT_TRUE(Send(services, {Hello("p")}).ok());
}

TEST(ServicesTest, AnAnswerIsNotWorkedOnBeyondItsDeadline) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  EXPECT_TRUE(absl::IsNotFound(ListEpochs(services, absl::Seconds(5))));
  pqxx::connection connection(database.conninfo());
  pqxx::work tx(connection);
  tx.exec("LOCK TABLE prover");
  EXPECT_TRUE(absl::IsDeadlineExceeded(ListEpochs(services, absl::Milliseconds(500))));
  testing_util::WaitUntil(
      [&] { return database.Sql("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0"; },
      "nobody waits", absl::Seconds(4));  // lock_timeout ends it after 10 s
}

TEST(WorkQueueTest, RefusesWhatItCannotHoldAndRunsTheRest) {
  int ran = 0;
  {
    absl::Notification blocked;
    absl::Notification go;
    WorkQueue queue(1, 2);
    ASSERT_TRUE(queue.Submit([&] {
      blocked.Notify();
      go.WaitForNotification();
    }));
    blocked.WaitForNotification();
    EXPECT_TRUE(queue.Submit([&] { ++ran; }));
    EXPECT_TRUE(queue.Submit([&] { ++ran; }));
    EXPECT_FALSE(queue.Submit([&] { ++ran; }));
    go.Notify();
  }
  EXPECT_EQ(ran, 2);
}

v1::StreamLogsRequest BatchOf(int64_t begin, const std::string& raw) {
  v1::StreamLogsRequest request;
  request.mutable_batch()->set_begin_offset(begin);
  request.mutable_batch()->set_end_offset(begin + static_cast<int64_t>(raw.size()));
  request.mutable_batch()->set_raw(raw);
  return request;
}

// A call that has opened a new log.
std::unique_ptr<Stream> OpenNewLog(Services& services, grpc::ClientContext* context) {
  auto stream = services.ingest->StreamLogs(context);
  v1::StreamLogsRequest open;
  open.mutable_open();
  v1::StreamLogsResponse response;
  EXPECT_TRUE(stream->Write(Hello("p")) && stream->Read(&response));
  EXPECT_TRUE(stream->Write(open) && stream->Read(&response));
  return stream;
}

TEST(ServicesTest, BatchesAreSentAheadOfTheirAcknowledgements) {
  constexpr int kBatches = 200;
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  grpc::ClientContext context;
  const auto stream = OpenNewLog(services, &context);
  for (int i = 0; i < kBatches; ++i) ASSERT_TRUE(stream->Write(BatchOf(i, "x")));
  v1::StreamLogsResponse response;
  int acks = 0;
  while (response.ack().committed_offset() < kBatches && stream->Read(&response)) ++acks;
  EXPECT_EQ(response.ack().committed_offset(), kBatches);
  EXPECT_LE(acks, kBatches);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(database.Sql("SELECT committed_offset FROM stream_position"), std::to_string(kBatches));
}

TEST(ServicesTest, ABadBatchEndsTheCallAfterWhatCameBeforeIsAcknowledged) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  grpc::ClientContext context;
  const auto stream = OpenNewLog(services, &context);
  v1::StreamLogsRequest bad = BatchOf(10, "x");
  bad.mutable_batch()->set_end_offset(12);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(stream->Write(BatchOf(i, "x")));
  stream->Write(bad);
  v1::StreamLogsResponse response;
  int64_t acknowledged = 0;
  while (stream->Read(&response)) acknowledged = response.ack().committed_offset();
  const absl::Status status = FromGrpcStatus(stream->Finish());
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(acknowledged, 10);
}

// What it sends is committed; it holds up nobody, and its call ends with it.
TEST(ServicesTest, AClientThatNeverReadsHarmsNobody) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  grpc::ClientContext deaf_context;
  {
    const auto deaf = OpenNewLog(services, &deaf_context);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(deaf->Write(BatchOf(i, "x")));
    v1::StreamLogsRequest hello = Hello("q");
    v1::StreamLogsRequest open;
    open.mutable_open();
    EXPECT_TRUE(Send(services, {hello, open, BatchOf(0, "hello")}).ok());
    deaf_context.TryCancel();
    v1::StreamLogsResponse response;
    while (deaf->Read(&response)) continue;
    EXPECT_EQ(deaf->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
}

TEST(ServicesTest, AnOlderClientIsToldThatItIsFencedOff) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  grpc::ClientContext context;
  const auto older = OpenNewLog(services, &context);
  v1::StreamLogsResponse response;
  ASSERT_TRUE(older->Write(BatchOf(0, "hello")) && older->Read(&response));
  v1::StreamLogsRequest open;
  open.mutable_open()->set_stream_id(1);
  EXPECT_TRUE(Send(services, {Hello("p"), open, BatchOf(5, "new")}).ok());
  older->Write(BatchOf(5, "old"));
  while (older->Read(&response)) continue;
  const absl::Status status = FromGrpcStatus(older->Finish());
  EXPECT_EQ(ReasonOf(status), "FENCED") << status;
}

absl::StatusOr<v1::PushLogsResponse> Push(Services& services, std::optional<int64_t> begin,
                                          const std::string& raw) {
  v1::PushLogsRequest request;
  request.set_prover("p");
  request.set_machine("m");
  request.set_source("script");
  if (begin) request.set_begin_offset(*begin);
  request.set_raw(raw);
  grpc::ClientContext context;
  v1::PushLogsResponse response;
  const absl::Status status =
      FromGrpcStatus(services.ingest->PushLogs(&context, request, &response));
  if (!status.ok()) return status;
  return response;
}

TEST(ServicesTest, APushWithAnOffsetMayBeRepeated) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  EXPECT_EQ(Push(services, 0, "hello\n")->committed_offset(), 6);
  EXPECT_EQ(Push(services, 0, "hello\n")->committed_offset(), 6);
  EXPECT_EQ(Push(services, 0, "hello\nworld\n")->committed_offset(), 12);
  const auto beyond = Push(services, 13, "x");
  EXPECT_EQ(ReasonOf(beyond.status()), "OFFSET_MISMATCH") << beyond.status();
  EXPECT_EQ(Push(services, std::nullopt, "again\n")->committed_offset(), 18);
  EXPECT_EQ(database.Sql("SELECT count(*) FROM stream"), "1");
  EXPECT_TRUE(absl::IsInvalidArgument(Push(services, 0, "").status()));
}

TEST(ServicesTest, APushedLogIsNoCandidateOfAFile) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  ASSERT_TRUE(Push(services, 0, "hello").ok());
  grpc::ClientContext context;
  const auto stream = services.ingest->StreamLogs(&context);
  v1::StreamLogsResponse response;
  ASSERT_TRUE(stream->Write(Hello("p")) && stream->Read(&response));
  EXPECT_EQ(response.candidates().candidates_size(), 0);
  v1::StreamLogsRequest open;
  open.mutable_open()->set_stream_id(1);
  stream->Write(open);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

// The queue is full most of the time here.
TEST(ServicesTest, ManyStreamsThatWaitForRoomAllGetIt) {
  constexpr int kStreams = 200;
  constexpr int kBatches = 20;
  testing_util::TestDatabase database;
  Services services(database.conninfo(), {.threads = 1, .max_queued_bytes = 20'000});
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < kStreams; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    auto stream = services.ingest->StreamLogs(contexts.back().get());
    v1::StreamLogsRequest hello = Hello("p");
    hello.mutable_hello()->set_machine(absl::StrCat("machine-", i));
    v1::StreamLogsRequest open;
    open.mutable_open();
    v1::StreamLogsResponse response;
    ASSERT_TRUE(stream->Write(hello) && stream->Read(&response));
    ASSERT_TRUE(stream->Write(open) && stream->Read(&response));
    streams.push_back(std::move(stream));
  }
  for (int batch = 0; batch < kBatches; ++batch) {
    for (const auto& stream : streams) ASSERT_TRUE(stream->Write(BatchOf(batch, "x")));
  }
  for (const auto& stream : streams) {
    v1::StreamLogsResponse response;
    while (response.ack().committed_offset() < kBatches) ASSERT_TRUE(stream->Read(&response));
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
  }
}

}  // namespace
}  // namespace proverlog
