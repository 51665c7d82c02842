#include "client/importer/normalized.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/testing_util/fake_sleeper.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing_util::FakeSleeper;

constexpr int64_t kSize = 100;

// Reads ten bytes between two questions, up to a limit.
class ReadingService : public v1::QueryService::Service {
 public:
  grpc::Status GetStream(grpc::ServerContext* /*context*/, const v1::GetStreamRequest* request,
                         v1::GetStreamResponse* response) override {
    EXPECT_EQ(request->prover(), "p");
    EXPECT_EQ(request->stream_id(), 7);
    v1::LogStream& stream = *response->mutable_stream();
    stream.set_committed_offset(kSize);
    stream.set_normalized_offset(normalized);
    // The seal is read in a step of its own.
    stream.set_sealed(seal_is_read && normalized == kSize && calls > kSize / 10);
    normalized = std::min(normalized + 10, limit);
    ++calls;
    return grpc::Status::OK;
  }

  int calls = 0;
  int64_t normalized = 0;
  int64_t limit = kSize;
  bool seal_is_read = true;
};

class AwaitNormalizedTest : public testing::Test {
 protected:
  AwaitNormalizedTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::QueryService::NewStub(server_->InProcessChannel({}));
  }

  absl::StatusOr<v1::LogStream> Await(bool sealed) {
    return AwaitNormalized(stub_.get(), {"p", 7, sealed}, &sleeper_,
                           [this](int64_t offset) { progress_.push_back(offset); });
  }

  ReadingService service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::QueryService::Stub> stub_;
  FakeSleeper sleeper_;
  std::vector<int64_t> progress_;
};

TEST_F(AwaitNormalizedTest, ASealedStreamIsWaitedForUntilTheSealIsRead) {
  const auto stream = Await(/*sealed=*/true);
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_TRUE(stream->sealed());
  EXPECT_THAT(progress_, testing::ElementsAre(0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100));
}

TEST_F(AwaitNormalizedTest, WithoutASealItsBytesAreEnough) {
  service_.seal_is_read = false;
  const auto stream = Await(/*sealed=*/false);
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_EQ(stream->normalized_offset(), kSize);
}

TEST_F(AwaitNormalizedTest, WhatIsNotReadInTimeIsNoSuccess) {
  service_.limit = 50;
  const auto stream = Await(/*sealed=*/true);
  EXPECT_TRUE(absl::IsDeadlineExceeded(stream.status())) << stream.status();
  EXPECT_THAT(std::string(stream.status().message()), HasSubstr("only up to byte 50"));
  EXPECT_GT(sleeper_.Now() - absl::UnixEpoch(), absl::Minutes(10));
}

}  // namespace
}  // namespace proverlog
