// TailLines over a real channel: its limits, its end, and clients that do not read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/grpc/services_fixture.h"
#include "server/normalize/projector_fixture.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using Reader = std::unique_ptr<grpc::ClientReader<v1::TailLinesResponse>>;

struct Call {
  grpc::ClientContext context;
  Reader reader;
  v1::TailLinesResponse response;

  explicit Call(Services& services, const v1::TailLinesRequest& request = {})
      : reader(services.query->TailLines(&context, request)) {}
  bool Read() { return reader->Read(&response); }
  absl::Status Finish() { return FromGrpcStatus(reader->Finish()); }
};

class TailLinesCallTest : public ProjectorTest {
 protected:
  TailLinesCallTest() {
    Append("m", "a.log", "one\n");
    ProjectAll();
  }

  static v1::TailLinesRequest Last(int lines) {
    v1::TailLinesRequest request;
    request.set_last_lines(lines);
    return request;
  }

  Services services_{database_.conninfo()};
};

TEST_F(TailLinesCallTest, LinesComeAsTheyAreNormalized) {
  Call call(services_, Last(10));
  ASSERT_TRUE(call.Read());
  ASSERT_EQ(call.response.entries_size(), 1);
  EXPECT_EQ(call.response.entries(0).line().text(), "one");
  for (int i = 0; i < 3; ++i) {
    Append("m", "a.log", "two\n");
    ProjectAll();
    ASSERT_TRUE(call.Read());
    ASSERT_EQ(call.response.entries_size(), 1);
    EXPECT_EQ(call.response.entries(0).line().text(), "two");
  }
}

TEST_F(TailLinesCallTest, BeyondAHundredTheyAreRefusedUntilOneEnds) {
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < 100; ++i) {
    calls.push_back(std::make_unique<Call>(services_));
    ASSERT_TRUE(calls.back()->Read());
  }
  Call refused(services_);
  EXPECT_FALSE(refused.Read());
  const absl::Status status = refused.Finish();
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  // Questions are answered meanwhile.
  grpc::ClientContext context;
  v1::ListMachinesResponse machines;
  EXPECT_TRUE(services_.query->ListMachines(&context, {}, &machines).ok());
  for (auto& call : calls) call->context.TryCancel();
  for (auto& call : calls) EXPECT_TRUE(absl::IsCancelled(call->Finish()));
  testing_util::WaitUntil([&] { return Call(services_).Read(); }, "one of them has ended");
}

TEST_F(TailLinesCallTest, TheEndOfTheServiceEndsThem) {
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < 10; ++i) {
    calls.push_back(std::make_unique<Call>(services_));
    ASSERT_TRUE(calls.back()->Read());
  }
  services_.EndTails();
  for (auto& call : calls) {
    EXPECT_FALSE(call->Read());
    const absl::Status status = call->Finish();
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_TRUE(HasRetryDelay(status));
  }
  // What ends need not be waited for.
  const absl::Time begin = absl::Now();
  services_.StopServer();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(1));
}

TEST_F(TailLinesCallTest, AServerThatStopsEndsThemAllTheSame) {
  Call call(services_);
  ASSERT_TRUE(call.Read());
  services_.StopServer();
  EXPECT_FALSE(call.Read());
  EXPECT_FALSE(call.Finish().ok());
}

TEST_F(TailLinesCallTest, WhoDoesNotReadHoldsNobodyUp) {
  std::vector<std::unique_ptr<Call>> slow;
  for (int i = 0; i < 8; ++i) {  // four times the queue's threads
    slow.push_back(std::make_unique<Call>(services_));
    ASSERT_TRUE(slow.back()->Read());
  }
  Call fast(services_);
  ASSERT_TRUE(fast.Read());
  const std::string line = std::string(999, 'x') + "\n";
  std::string raw;
  for (int i = 0; i < 900; ++i) raw += line;
  for (int i = 0; i < 10; ++i) Append("m", "a.log", raw);
  ProjectAll();
  int lines = 0;
  while (lines < 9000 && fast.Read()) lines += fast.response.entries_size();
  EXPECT_EQ(lines, 9000);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(5)));
  v1::ListMachinesResponse machines;
  EXPECT_TRUE(services_.query->ListMachines(&context, {}, &machines).ok());
  // A slow one has them all when it reads.
  lines = 0;
  while (lines < 9000 && slow[0]->Read()) lines += slow[0]->response.entries_size();
  EXPECT_EQ(lines, 9000);
}

TEST_F(TailLinesCallTest, ABadQuestionEndsTheCallWithItsField) {
  Call call(services_, Last(-1));
  EXPECT_FALSE(call.Read());
  const absl::Status status = call.Finish();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
}

}  // namespace
}  // namespace proverlog
