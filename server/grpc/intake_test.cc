// What the ingest service does with what it cannot take: because of the database, or of its memory.

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "server/grpc/services_fixture.h"
#include "tests/testing_util/test_database.h"

namespace proverlog {
namespace {

v1::StreamLogsRequest OpenNew() {
  v1::StreamLogsRequest open;
  open.mutable_open();
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

}  // namespace
}  // namespace proverlog
