#include "client/importer/import_call.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "codec/sha256.h"
#include "codec/zstd_frame.h"
#include "rpc/convert.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

constexpr int64_t kHeadBytes = 1024;
constexpr int64_t kBatchBytes = int64_t{512} << 10;
// What is sent before the first of it is acknowledged.
constexpr int64_t kWindowBytes = 4 * kBatchBytes;

}  // namespace

ImportCall::ImportCall(v1::LogIngestService::StubInterface* stub, const ImportRequest& request,
                       LogFile* log, const LogScan* scan, ImportResult* result)
    : request_(request), log_(log), scan_(scan), result_(result) {
  stream_ = stub->StreamLogs(&context_);
}

ImportCall::~ImportCall() {
  if (ended_) return;
  context_.TryCancel();
  End().IgnoreError();  // why it ended is known already
}

absl::Status ImportCall::Run(const LogImporter::OnProgress& on_progress) {
  if (absl::Status status = OpenStream(); !status.ok()) return status;
  if (absl::Status status = SendBatches(on_progress); !status.ok()) return status;
  // A damaged file is not the log's end: its last line is cut anywhere, and means nothing yet.
  if (scan_->damage.ok()) {
    if (absl::Status status = Seal(on_progress); !status.ok()) return status;
  }
  stream_->WritesDone();
  return End();
}

absl::Status ImportCall::OpenStream() {
  if (absl::Status status = SayHello(); !status.ok()) return status;
  const auto candidates = Read();
  if (!candidates.ok()) return candidates.status();
  const auto stream_id = FindStream(candidates->candidates());
  if (!stream_id.ok()) return stream_id.status();

  v1::StreamLogsRequest message;
  v1::Open* open = message.mutable_open();
  if (*stream_id) open->set_stream_id(**stream_id);
  for (const Anchor& anchor : request_.anchors) *open->add_anchors() = ToProto(anchor);
  if (absl::Status status = Write(message); !status.ok()) return status;
  const auto opened = Read();
  if (!opened.ok()) return opened.status();
  if (result_->stream_id != opened->opened().stream_id()) {
    result_->found_offset = opened->opened().committed_offset();
  }
  result_->stream_id = opened->opened().stream_id();
  result_->committed_offset = opened->opened().committed_offset();
  result_->anchors.clear();
  for (const v1::Anchor& anchor : opened->opened().anchors()) {
    result_->anchors.push_back(FromProto(anchor));
  }
  return absl::OkStatus();
}

absl::Status ImportCall::SayHello() {
  auto head = log_->Read(0, kHeadBytes);
  if (!head.ok()) return head.status();
  v1::StreamLogsRequest message;
  v1::Hello* hello = message.mutable_hello();
  hello->set_prover(request_.prover);
  hello->set_machine(request_.machine);
  hello->set_source(request_.source);
  hello->set_head(*std::move(head));
  hello->set_size(scan_->size);
  return Write(message);
}

absl::StatusOr<std::optional<int64_t>> ImportCall::FindStream(const v1::Candidates& candidates) {
  for (const v1::Candidate& candidate : candidates.candidates()) {
    const v1::RangeDigest& tail = candidate.tail();
    const auto mine = log_->Read(tail.begin_offset(),
                                 static_cast<size_t>(tail.end_offset() - tail.begin_offset()));
    if (!mine.ok()) return mine.status();
    if (Sha256(*mine) == tail.sha256()) return candidate.stream_id();
  }
  return std::optional<int64_t>();
}

absl::Status ImportCall::SendBatches(const LogImporter::OnProgress& on_progress) {
  int64_t sent = result_->committed_offset;
  while (result_->committed_offset < scan_->size) {
    if (sent < scan_->size && sent - result_->committed_offset < kWindowBytes) {
      int64_t end = 0;
      if (absl::Status status = SendBatch(sent, end); !status.ok()) return status;
      sent = end;
    } else if (absl::Status status = ReceiveAck(on_progress); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status ImportCall::SendBatch(int64_t begin, int64_t& end) {
  const auto size = static_cast<size_t>(std::min(kBatchBytes, scan_->size - begin));
  const auto raw = log_->Read(begin, size);
  if (!raw.ok()) return raw.status();
  if (raw->size() != size) {
    return absl::DataLossError(absl::StrCat(log_->name(), " became shorter while it was imported"));
  }
  end = begin + static_cast<int64_t>(size);
  v1::StreamLogsRequest message;
  message.mutable_batch()->set_begin_offset(begin);
  message.mutable_batch()->set_end_offset(end);
  message.mutable_batch()->set_zstd(CompressFrame(*raw));
  return Write(message);
}

absl::Status ImportCall::ReceiveAck(const LogImporter::OnProgress& on_progress) {
  const auto response = Read();
  if (!response.ok()) return response.status();
  result_->committed_offset = response->ack().committed_offset();
  on_progress(result_->committed_offset);
  return absl::OkStatus();
}

absl::Status ImportCall::Seal(const LogImporter::OnProgress& on_progress) {
  v1::StreamLogsRequest message;
  message.mutable_seal()->set_offset(result_->committed_offset);
  if (absl::Status status = Write(message); !status.ok()) return status;
  return ReceiveAck(on_progress);
}

absl::Status ImportCall::Write(const v1::StreamLogsRequest& message) {
  return stream_->Write(message) ? absl::OkStatus() : Finish();
}

absl::StatusOr<v1::StreamLogsResponse> ImportCall::Read() {
  v1::StreamLogsResponse response;
  if (!stream_->Read(&response)) return Finish();
  return response;
}

absl::Status ImportCall::End() {
  ended_ = true;
  // gRPC gives the status only after everything that came before it was read.
  v1::StreamLogsResponse response;
  while (stream_->Read(&response)) {
    if (response.has_ack()) result_->committed_offset = response.ack().committed_offset();
  }
  return FromGrpcStatus(stream_->Finish());
}

absl::Status ImportCall::Finish() {
  absl::Status status = End();
  if (!status.ok()) return status;
  return absl::UnavailableError("the server ended the call before everything was committed");
}

}  // namespace proverlog
