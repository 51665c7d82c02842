// What the ingest service does with what it cannot take: because of the database, or of its memory.

#include <gtest/gtest.h>

#include <fstream>
#include <pqxx/pqxx>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "server/grpc/services_fixture.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/test_files.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

v1::StreamLogsRequest OpenNew() {
  v1::StreamLogsRequest open;
  v1::Anchor* anchor = open.mutable_open()->add_anchors();  // makes the answer longer than others
  anchor->mutable_time()->set_seconds(1'800'000'000);
  anchor->set_time_zone("Europe/Berlin");
  return open;
}

v1::StreamLogsRequest Batch(const std::string& raw) {
  v1::StreamLogsRequest batch;
  batch.mutable_batch()->set_end_offset(static_cast<int64_t>(raw.size()));
  batch.mutable_batch()->set_raw(raw);
  return batch;
}

absl::Status Push(Services& services, const std::string& raw) {
  v1::PushLogsRequest request;
  request.set_prover("p");
  request.set_machine("m");
  request.set_source("a.log");
  request.set_raw(raw);
  grpc::ClientContext context;
  v1::PushLogsResponse response;
  return FromGrpcStatus(services.ingest->PushLogs(&context, request, &response));
}

TEST(IntakeTest, ADatabaseThatOpensNoLogIsReported) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  EXPECT_TRUE(Send(services, {Hello("p"), OpenNew()}).ok());
  EXPECT_FALSE(Send(services, {Hello("Not a name")}).ok());
  EXPECT_TRUE(services.failure().ok()) << services.failure();  // it is the client's
  database.Sql("ALTER TABLE stream RENAME TO gone");
  EXPECT_FALSE(Send(services, {Hello("p")}).ok());
  EXPECT_FALSE(services.failure().ok());
}

TEST(IntakeTest, ADatabaseThatMakesNoStreamIsReported) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  database.Sql("ALTER TABLE live_block RENAME TO gone");
  EXPECT_FALSE(Send(services, {Hello("p"), OpenNew(), Batch("hello")}).ok());
  EXPECT_FALSE(services.failure().ok());
}

TEST(IntakeTest, ADatabaseThatTakesNoPushIsReported) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  EXPECT_TRUE(Push(services, "hello\n").ok());
  EXPECT_TRUE(services.failure().ok()) << services.failure();
  database.Sql("ALTER TABLE live_block RENAME TO gone");
  EXPECT_FALSE(Push(services, "hello\n").ok());
  EXPECT_FALSE(services.failure().ok());
}

// Keeps the threads of the queue from taking what comes, while this is.
class Standstill {
 public:
  explicit Standstill(WorkQueue& queue) {
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(queue.Submit([this] { over_.WaitForNotification(); }));
    }
  }
  ~Standstill() { over_.Notify(); }
  Standstill(const Standstill&) = delete;
  Standstill& operator=(const Standstill&) = delete;

 private:
  absl::Notification over_;
};

// A million empty lines are 2 MB that come, and 56 MB when they are parsed.
constexpr int kLines = 1'000'000;
constexpr int64_t kMuchLess = 45'000'000;

int64_t ResidentBytes() {
  std::ifstream status("/proc/self/statm");
  int64_t pages = 0;
  status >> pages >> pages;
  return pages * 4096;
}

v1::PushLogsRequest EmptyLines(int count) {
  v1::PushLogsRequest request;
  request.set_prover("p");
  request.set_machine("m");
  request.set_source("a.log");
  for (int i = 0; i < count; ++i) request.mutable_lines()->add_lines();
  return request;
}

TEST(IntakeTest, LinesThatWaitAreNoLargerThanWhatCame) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  const v1::PushLogsRequest request = EmptyLines(kLines);
  const size_t wire = request.ByteSizeLong();
  std::thread client;
  {
    const int64_t before = ResidentBytes();
    const Standstill standstill(services.pushes());
    client = std::thread([&] {
      grpc::ClientContext context;
      v1::PushLogsResponse response;
      const absl::Status status =
          FromGrpcStatus(services.ingest->PushLogs(&context, request, &response));
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_EQ(response.committed_offset(), kLines);
    });
    testing_util::WaitUntil([&] { return services.pushed().bytes() >= wire; }, "it waits");
    EXPECT_LT(ResidentBytes(), before + kMuchLess);
  }
  client.join();
  EXPECT_EQ(services.pushed().bytes(), 0U);
}

TEST(IntakeTest, ABatchOfLinesThatWaitsIsNoLargerThanWhatCame) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  grpc::ClientContext context;
  const auto stream = services.ingest->StreamLogs(&context);
  v1::StreamLogsResponse response;
  for (const auto& request : {Hello("p"), OpenNew()}) {
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&response));
  }
  v1::StreamLogsRequest batch;
  batch.mutable_batch()->set_end_offset(kLines);
  *batch.mutable_batch()->mutable_lines() = EmptyLines(kLines).lines();
  const size_t wire = batch.ByteSizeLong();
  {
    const int64_t before = ResidentBytes();
    const Standstill standstill(services.queue());
    ASSERT_TRUE(stream->Write(batch));
    testing_util::WaitUntil([&] { return services.intake().bytes() >= wire; }, "it waits");
    EXPECT_LT(ResidentBytes(), before + kMuchLess);
  }
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.ack().committed_offset(), kLines);
  EXPECT_EQ(services.intake().bytes(), 0U);
}

TEST(IntakeTest, PushesThatThereIsNoMemoryForAreRefusedAndNoStreamIs) {
  testing_util::TestDatabase database;
  Services services(database.conninfo(), {}, 100'000);
  const std::string noise = testing_util::NoisyLines(90'000);
  std::thread client;
  {
    const Standstill standstill(services.pushes());
    client = std::thread([&] { EXPECT_TRUE(Push(services, noise).ok()); });
    testing_util::WaitUntil([&] { return services.pushed().bytes() > 0; }, "the first one waits");
    EXPECT_TRUE(absl::IsUnavailable(Push(services, noise)));
    EXPECT_TRUE(Send(services, {Hello("p"), OpenNew(), Batch(noise)}).ok());
  }
  client.join();
  EXPECT_TRUE(Push(services, noise).ok());
  EXPECT_EQ(services.pushed().bytes(), 0U);
}

TEST(IntakeTest, ABatchThatThereIsNoMemoryForIsToBeSentAgain) {
  testing_util::TestDatabase database;
  Services services(database.conninfo(), {}, 50'000);
  const absl::Status status =
      Send(services, {Hello("p"), OpenNew(), Batch(testing_util::NoisyLines(90'000))});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(services.intake().bytes(), 0U);
}

// A password or a right that is missing comes back, and a sender that gave up does not.
TEST(IntakeTest, WhatTheDatabaseRefusesIsWaitedFor) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  database.Sql("ALTER TABLE stream RENAME TO gone");
  for (const absl::Status& status : {Send(services, {Hello("p")}), Push(services, "hello\n")}) {
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(status).retry_delay().seconds(), 1);
  }
}

TEST(IntakeTest, WhatIsNotCommittedYetIsCounted) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  grpc::ClientContext context;
  const auto stream = services.ingest->StreamLogs(&context);
  v1::StreamLogsResponse response;
  for (const auto& request : {Hello("p"), OpenNew(), Batch("first\n")}) {
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&response));
  }
  const std::string raw(100'000, 'x');
  v1::StreamLogsRequest next = Batch(raw);
  next.mutable_batch()->set_begin_offset(6);
  next.mutable_batch()->set_end_offset(6 + static_cast<int64_t>(raw.size()));
  {
    pqxx::connection connection(database.conninfo());
    pqxx::work transaction(connection);
    transaction.exec("LOCK TABLE stream_position");
    ASSERT_TRUE(stream->Write(next));
    // In the writer's queue it has its compressed size.
    const auto waits = [&] {
      const size_t bytes = services.intake().bytes();
      return bytes > 0 && bytes < raw.size() / 10;
    };
    testing_util::WaitUntil(waits, "it waits, compressed");
  }
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(services.intake().bytes(), 0U);
}

// Else a message of 2 MiB could become one of 2 GiB before its size is known.
TEST(IntakeTest, MessagesThatGrpcCompressedAreRefused) {
  testing_util::TestDatabase database;
  Services services(database.conninfo());
  v1::PushLogsRequest request = EmptyLines(0);
  request.set_raw(std::string(100'000, 'x'));
  grpc::ClientContext context;
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  v1::PushLogsResponse response;
  const absl::Status status =
      FromGrpcStatus(services.ingest->PushLogs(&context, request, &response));
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
}

}  // namespace
}  // namespace proverlog
