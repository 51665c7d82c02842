// Two thousand logs at once, beside clients that do everything wrong.

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proverlog/v1/ingest.grpc.pb.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

using testing_util::Service;
using testing_util::TempDirectory;

constexpr int kStreams = 2'000;
constexpr int kStreamsAConnection = 500;
constexpr int kRounds = 5;
// Far less than what the hostile client sends, and enough for a build with a sanitizer.
constexpr int64_t kMaxMemory = int64_t{1} << 30;

using Stub = v1::LogIngestService::Stub;

std::unique_ptr<Stub> Connect(const std::string& address, int number) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("proverlog.connection", number);  // else channels share one
  return v1::LogIngestService::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

// One client's call.
class Sender {
 public:
  Sender(Stub& stub, int number) : number_(number), call_(stub.StreamLogs(&context_)) {}

  void SayHello() {
    v1::StreamLogsRequest request;
    request.mutable_hello()->set_prover("mine");
    request.mutable_hello()->set_machine(absl::StrCat("machine-", number_));
    request.mutable_hello()->set_source("a.log");
    request.mutable_hello()->set_head("hello");
    request.mutable_hello()->set_size(5);
    call_->Write(request);
  }
  void Open() {
    v1::StreamLogsRequest request;
    request.mutable_open();
    call_->Write(request);
  }
  bool Send(const std::string& raw) {
    v1::StreamLogsRequest request;
    request.mutable_batch()->set_begin_offset(offset_);
    offset_ += static_cast<int64_t>(raw.size());
    request.mutable_batch()->set_end_offset(offset_);
    request.mutable_batch()->set_raw(raw);
    return call_->Write(request);
  }
  bool Read() { return call_->Read(&response_); }
  // Waits until all that was sent is acknowledged.
  bool AwaitAck() {
    while (response_.ack().committed_offset() < offset_) {
      if (!Read()) return false;
    }
    return true;
  }
  void Cancel() { context_.TryCancel(); }

 private:
  int number_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::StreamLogsRequest, v1::StreamLogsResponse>> call_;
  v1::StreamLogsResponse response_;
  int64_t offset_ = 0;
};

int64_t MemoryOf(pid_t pid) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/statm"));
  int64_t pages = 0;
  status >> pages >> pages;
  return pages * 4096;
}

void Open(Sender& sender) {
  sender.SayHello();
  ASSERT_TRUE(sender.Read());
  sender.Open();
  ASSERT_TRUE(sender.Read());
}

// Sends as much as it can and never reads an answer.
void MisbehaveUntilCancelled(Sender& hostile) {
  Open(hostile);
  // What cannot be compressed, so that it takes the most room.
  std::string noise(size_t{1} << 20, '\0');
  uint32_t state = 1;
  for (char& c : noise) c = static_cast<char>((state = state * 1'664'525 + 1'013'904'223) >> 24);
  while (hostile.Send(noise)) continue;
}

TEST(ManyStreamsTest, HostileClientsAmongTwoThousandHarmNoOther) {
  const TempDirectory directory;
  Service service("--data-dir=" + directory.path() + "/data");
  std::vector<std::unique_ptr<Stub>> stubs;
  std::vector<std::unique_ptr<Sender>> senders;
  for (int i = 0; i < kStreams - 1; ++i) {
    if (i % kStreamsAConnection == 0) stubs.push_back(Connect(service.address(), i));
    senders.push_back(std::make_unique<Sender>(*stubs.back(), i));
  }
  const std::unique_ptr<Stub> other = Connect(service.address(), kStreams);
  Sender hostile(*other, kStreams);
  Sender garbage(*other, kStreams + 1);
  Sender silent(*other, kStreams + 2);
  Sender slow(*other, kStreams + 3);
  std::thread misbehaviour([&] { MisbehaveUntilCancelled(hostile); });
  silent.SayHello();
  garbage.Open();  // out of turn
  EXPECT_FALSE(garbage.Read());
  EXPECT_FALSE(httplib::Client("http://" + service.address()).Get("/"));  // another protocol
  Open(slow);

  for (const auto& sender : senders) sender->SayHello();
  for (const auto& sender : senders) ASSERT_TRUE(sender->Read());
  for (const auto& sender : senders) sender->Open();
  for (const auto& sender : senders) ASSERT_TRUE(sender->Read());
  for (int round = 0; round < kRounds; ++round) {
    for (const auto& sender : senders) ASSERT_TRUE(sender->Send("hello, a line\n"));
    ASSERT_TRUE(slow.Send("x"));  // of a line that does not end
    for (const auto& sender : senders) ASSERT_TRUE(sender->AwaitAck());
  }
  EXPECT_TRUE(slow.AwaitAck());
  EXPECT_LT(MemoryOf(service.process().pid()), kMaxMemory);
  hostile.Cancel();
  misbehaviour.join();
}

}  // namespace
}  // namespace proverlog
