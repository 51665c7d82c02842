#include "client/sender/stream_call.h"

#include <utility>

#include "codec/sha256.h"
#include "codec/zstd_frame.h"
#include "rpc/convert.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

// Batches that are sent before the first of them is acknowledged.
constexpr size_t kWindow = 4;

}  // namespace

absl::StatusOr<bool> HasTail(const v1::Candidate& candidate, const ReadBytes& read) {
  const v1::RangeDigest& tail = candidate.tail();
  // Behind a gap at its end there is nothing to compare.
  if (tail.begin_offset() == tail.end_offset()) return false;
  const auto mine =
      read(tail.begin_offset(), static_cast<size_t>(tail.end_offset() - tail.begin_offset()));
  if (!mine.ok()) return mine.status();
  return Sha256(*mine) == tail.sha256();
}

StreamCall::StreamCall(v1::LogIngestService::StubInterface* stub) {
  // Else the constructor would wait for the connection, and nobody could cancel it.
  context_.set_initial_metadata_corked(true);
  stream_ = stub->StreamLogs(&context_);
}

StreamCall::~StreamCall() {
  if (ended_) return;
  context_.TryCancel();
  End().IgnoreError();  // why it ended is known already
}

absl::StatusOr<v1::Candidates> StreamCall::SayHello(const v1::Hello& hello) {
  v1::StreamLogsRequest message;
  *message.mutable_hello() = hello;
  if (absl::Status status = Write(message); !status.ok()) return status;
  auto response = Read();
  if (!response.ok()) return response.status();
  return std::move(*response->mutable_candidates());
}

absl::StatusOr<v1::Opened> StreamCall::Open(std::optional<int64_t> stream_id,
                                            const std::vector<Anchor>& anchors) {
  v1::StreamLogsRequest message;
  v1::Open* open = message.mutable_open();
  if (stream_id) open->set_stream_id(*stream_id);
  for (const Anchor& anchor : anchors) *open->add_anchors() = ToProto(anchor);
  if (absl::Status status = Write(message); !status.ok()) return status;
  auto response = Read();
  if (!response.ok()) return response.status();
  committed_offset_ = response->opened().committed_offset();
  return std::move(*response->mutable_opened());
}

absl::Status StreamCall::SendAll(const ReadBytes& read, size_t batch_bytes,
                                 const std::function<void()>& on_commit) {
  int64_t sent = committed_offset_;
  std::deque<int64_t> unacknowledged;  // where the batches on their way end
  absl::Status read_status;
  for (bool more = true; more || !unacknowledged.empty();) {
    if (more && unacknowledged.size() < kWindow) {
      const auto raw = read(sent, batch_bytes);
      read_status = raw.status();
      more = raw.ok() && !raw->empty();
      if (!more) continue;
      if (absl::Status status = SendBatch(sent, *raw); !status.ok()) return status;
      sent += static_cast<int64_t>(raw->size());
      unacknowledged.push_back(sent);
      continue;
    }
    if (absl::Status status = ReceiveAck(); !status.ok()) return status;
    while (!unacknowledged.empty() && unacknowledged.front() <= committed_offset_) {
      unacknowledged.pop_front();
    }
    on_commit();
  }
  return read_status;
}

absl::Status StreamCall::SendBatch(int64_t begin, absl::string_view raw) {
  v1::StreamLogsRequest message;
  v1::Batch* batch = message.mutable_batch();
  batch->set_begin_offset(begin);
  batch->set_end_offset(begin + static_cast<int64_t>(raw.size()));
  std::string frame = CompressFrame(raw);
  if (frame.size() < raw.size()) {
    batch->set_zstd(std::move(frame));
  } else {
    batch->set_raw(std::string(raw));
  }
  return Write(message);
}

absl::Status StreamCall::SendGap(int64_t end, v1::GapReason reason,
                                 const std::optional<Anchor>& anchor) {
  v1::StreamLogsRequest message;
  v1::Gap* gap = message.mutable_gap();
  gap->set_begin_offset(committed_offset_);
  gap->set_end_offset(end);
  gap->set_reason(reason);
  if (anchor) *gap->mutable_anchor() = ToProto(*anchor);
  if (absl::Status status = Write(message); !status.ok()) return status;
  return ReceiveAck();
}

absl::Status StreamCall::Seal() {
  v1::StreamLogsRequest message;
  message.mutable_seal()->set_offset(committed_offset_);
  if (absl::Status status = Write(message); !status.ok()) return status;
  return ReceiveAck();
}

absl::Status StreamCall::Close() {
  stream_->WritesDone();
  return End();
}

absl::Status StreamCall::ReceiveAck() {
  const auto response = Read();
  if (!response.ok()) return response.status();
  committed_offset_ = response->ack().committed_offset();
  return absl::OkStatus();
}

absl::Status StreamCall::Write(const v1::StreamLogsRequest& message) {
  return stream_->Write(message) ? absl::OkStatus() : Finish();
}

absl::StatusOr<v1::StreamLogsResponse> StreamCall::Read() {
  v1::StreamLogsResponse response;
  if (!stream_->Read(&response)) return Finish();
  return response;
}

absl::Status StreamCall::End() {
  ended_ = true;
  // gRPC gives the status only after everything that came before it was read.
  v1::StreamLogsResponse response;
  while (stream_->Read(&response)) {
    if (response.has_ack()) committed_offset_ = response.ack().committed_offset();
  }
  return FromGrpcStatus(stream_->Finish());
}

absl::Status StreamCall::Finish() {
  absl::Status status = End();
  if (!status.ok()) return status;
  return absl::UnavailableError("the server ended the call before everything was committed");
}

}  // namespace proverlog
