#include "client/importer/log_importer.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "rpc/status.h"
#include "tests/testing_util/fake_sleeper.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

using testing_util::FakeSleeper;
using ServerStream = grpc::ServerReaderWriter<v1::StreamLogsResponse, v1::StreamLogsRequest>;

// A server that keeps what it acknowledges, and fails as it is told to.
class FaultyService : public v1::LogIngestService::Service {
 public:
  grpc::Status StreamLogs(grpc::ServerContext* /*context*/, ServerStream* stream) override {
    ++calls;
    if (refusals > 0) {
      --refusals;
      return ToGrpcStatus(failure);
    }
    if (!Open(*stream)) return grpc::Status::OK;
    v1::StreamLogsRequest request;
    while (stream->Read(&request)) {
      if (request.has_batch()) {
        if (batches_before_failure == 0) {
          if (!fails_for_good) batches_before_failure = kNever;
          return ToGrpcStatus(failure);
        }
        --batches_before_failure;
        committed = request.batch().end_offset();
      }
      if (request.has_seal()) ++seals;
      v1::StreamLogsResponse response;
      response.mutable_ack()->set_committed_offset(committed);
      stream->Write(response);
    }
    return grpc::Status::OK;
  }

  int calls = 0;
  int refusals = 0;  // of Hello
  int seals = 0;
  int64_t committed = 0;
  static constexpr int kNever = 1'000'000;
  int batches_before_failure = kNever;
  bool fails_for_good = false;  // else once
  absl::Status failure = absl::UnavailableError("the database is gone");

 private:
  bool Open(ServerStream& stream) const {
    v1::StreamLogsRequest request;
    v1::StreamLogsResponse candidates;
    candidates.mutable_candidates();
    v1::StreamLogsResponse opened;
    opened.mutable_opened()->set_stream_id(7);
    opened.mutable_opened()->set_committed_offset(committed);
    return stream.Read(&request) && stream.Write(candidates) && stream.Read(&request) &&
           stream.Write(opened);
  }
};

class LogImporterTest : public testing::Test {
 protected:
  LogImporterTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::LogIngestService::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                                              grpc::InsecureChannelCredentials()));
    path_ = directory_.Write("some.log", std::string(kSize, 'x'));
  }
  ~LogImporterTest() override { server_->Shutdown(); }

  ImportResult Import() {
    const auto log = LogFile::Open(path_);
    const LogScan scan = ScanLog(**log);
    return LogImporter(stub_.get(), &sleeper_)
        .Import({"p", "m", "s", {}}, **log, scan, [](int64_t) {});
  }

  static constexpr int64_t kSize = 3'000'000;  // six batches
  FaultyService service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::LogIngestService::Stub> stub_;
  FakeSleeper sleeper_;
  testing_util::TempDirectory directory_;
  std::string path_;
};

TEST_F(LogImporterTest, SendsEverything) {
  const ImportResult result = Import();
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.committed_offset, kSize);
  EXPECT_EQ(result.stream_id, 7);
  EXPECT_EQ(service_.calls, 1);
  EXPECT_EQ(service_.seals, 1);
}

TEST_F(LogImporterTest, ADamagedLogIsNotSealed) {
  std::string gzip = testing_util::Gzip(testing_util::NoisyLines(kSize));
  gzip.resize(gzip.size() / 2);
  path_ = directory_.Write("damaged.log.gz", gzip);
  const ImportResult result = Import();
  EXPECT_TRUE(absl::IsDataLoss(result.status)) << result.status;
  EXPECT_GT(result.committed_offset, 0);
  EXPECT_EQ(result.committed_offset, service_.committed);
  EXPECT_EQ(service_.seals, 0);
}

TEST_F(LogImporterTest, GoesOnAfterTheServerWasLost) {
  service_.batches_before_failure = 2;
  const ImportResult result = Import();
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.committed_offset, kSize);
  EXPECT_EQ(service_.committed, kSize);
  EXPECT_EQ(service_.calls, 2);
  EXPECT_EQ(sleeper_.sleeps.size(), 1U);
}

TEST_F(LogImporterTest, GivesUpAfterHalfAMinuteWithoutProgressAndKnowsWhatIsCommitted) {
  service_.batches_before_failure = 2;
  service_.fails_for_good = true;
  const ImportResult result = Import();
  EXPECT_TRUE(absl::IsUnavailable(result.status)) << result.status;
  EXPECT_EQ(result.committed_offset, service_.committed);
  EXPECT_GT(result.committed_offset, 0);
  absl::Duration waited;
  for (const absl::Duration sleep : sleeper_.sleeps) {
    EXPECT_LE(sleep, absl::Seconds(5));
    waited += sleep;
  }
  EXPECT_GT(waited, absl::Seconds(20));
  EXPECT_LT(waited, absl::Seconds(40));
}

TEST_F(LogImporterTest, AFencedClientStops) {
  service_.batches_before_failure = 1;
  service_.failure = WithReason(absl::AbortedError("another client"), "FENCED");
  const ImportResult result = Import();
  EXPECT_TRUE(absl::IsAborted(result.status)) << result.status;
  EXPECT_EQ(service_.calls, 1);
  EXPECT_GT(result.committed_offset, 0);
  EXPECT_LT(result.committed_offset, kSize);
}

TEST_F(LogImporterTest, AnOffsetThatMovedIsAskedForAgain) {
  service_.batches_before_failure = 1;
  service_.failure = WithReason(absl::AbortedError("not there"), "OFFSET_MISMATCH");
  EXPECT_TRUE(Import().status.ok());
  EXPECT_EQ(service_.calls, 2);
}

TEST_F(LogImporterTest, AServerThatSaysWhenToTryAgainIsWaitedForFromTheBeginning) {
  service_.refusals = 3;
  service_.failure = WithRetryDelay(service_.failure, absl::Seconds(1));
  const ImportResult result = Import();
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.committed_offset, kSize);
  EXPECT_EQ(service_.calls, 4);
}

TEST_F(LogImporterTest, ItIsNotWaitedForForEver) {
  service_.refusals = FaultyService::kNever;
  service_.failure = WithRetryDelay(service_.failure, absl::Seconds(1));
  EXPECT_TRUE(absl::IsUnavailable(Import().status));
  EXPECT_LT(sleeper_.Now() - absl::UnixEpoch(), absl::Seconds(45));
}

TEST_F(LogImporterTest, AServerThatWasNeverThereIsNotWaitedFor) {
  server_->Shutdown();
  const ImportResult result = Import();
  EXPECT_TRUE(absl::IsUnavailable(result.status)) << result.status;
  EXPECT_TRUE(sleeper_.sleeps.empty());
  EXPECT_EQ(result.stream_id, 0);
}

}  // namespace
}  // namespace proverlog
