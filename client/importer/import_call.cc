#include "client/importer/import_call.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

constexpr size_t kBatchBytes = size_t{512} << 10;

}  // namespace

ImportCall::ImportCall(v1::LogIngestService::StubInterface* stub, const ImportRequest& request,
                       LogFile* log, const LogScan* scan, ImportResult* result)
    : request_(request), log_(log), scan_(scan), result_(result), call_(stub) {}

absl::Status ImportCall::Run(const LogImporter::OnProgress& on_progress) {
  if (absl::Status status = OpenStream(); !status.ok()) return status;
  absl::Status status = SendLog(on_progress);
  result_->committed_offset = call_.committed_offset();
  return status;
}

absl::Status ImportCall::OpenStream() {
  const auto hello = MakeHello();
  if (!hello.ok()) return hello.status();
  const auto candidates = call_.SayHello(*hello);
  if (!candidates.ok()) return candidates.status();
  const auto stream_id = FindStream(*candidates);
  if (!stream_id.ok()) return stream_id.status();
  const auto opened = call_.Open(*stream_id, request_.anchors);
  if (!opened.ok()) return opened.status();

  if (result_->stream_id != opened->stream_id()) {
    result_->found_offset = opened->committed_offset();
  }
  result_->stream_id = opened->stream_id();
  result_->anchors.clear();
  for (const v1::Anchor& anchor : opened->anchors()) {
    result_->anchors.push_back(FromProto(anchor));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Hello> ImportCall::MakeHello() {
  auto head = log_->Read(0, kHelloHeadBytes);
  if (!head.ok()) return head.status();
  v1::Hello hello;
  hello.set_prover(request_.prover);
  hello.set_machine(request_.machine);
  hello.set_source(request_.source);
  hello.set_head(*std::move(head));
  hello.set_size(scan_->size);
  return hello;
}

absl::StatusOr<std::optional<int64_t>> ImportCall::FindStream(const v1::Candidates& candidates) {
  for (const v1::Candidate& candidate : candidates.candidates()) {
    const auto is_log =
        HasTail(candidate, [this](int64_t offset, size_t max) { return log_->Read(offset, max); });
    if (!is_log.ok()) return is_log.status();
    if (*is_log) return candidate.stream_id();
  }
  return std::optional<int64_t>();
}

absl::Status ImportCall::SendLog(const LogImporter::OnProgress& on_progress) {
  absl::Status sent =
      call_.SendAll([this](int64_t offset, size_t max) { return ReadBatch(offset, max); },
                    kBatchBytes, [&] { on_progress(call_.committed_offset()); });
  if (!sent.ok()) return sent;
  // A damaged file is not the log's end: its last line is cut anywhere, and means nothing yet.
  if (scan_->damage.ok()) {
    if (absl::Status status = call_.Seal(); !status.ok()) return status;
  }
  return call_.Close();
}

absl::StatusOr<std::string> ImportCall::ReadBatch(int64_t offset, size_t max) {
  if (offset >= scan_->size) return std::string();
  const size_t size = std::min(max, static_cast<size_t>(scan_->size - offset));
  auto raw = log_->Read(offset, size);
  if (raw.ok() && raw->size() != size) {
    return absl::DataLossError(absl::StrCat(log_->name(), " became shorter while it was imported"));
  }
  return raw;
}

}  // namespace proverlog
