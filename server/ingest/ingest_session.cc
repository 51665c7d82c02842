#include "server/ingest/ingest_session.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "codec/sha256.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/ingest/validation.h"
#include "storage/archive_range.h"

namespace proverlog {
namespace {

constexpr int64_t kTailBytes = int64_t{64} << 10;

absl::Status OutOfTurn(absl::string_view expected) {
  return InvalidField("message", absl::StrCat("expected ", expected));
}

}  // namespace

IngestSession::IngestSession(ArchiveWriter* store, IngestMetrics* metrics,
                             std::function<void(ProverId)> on_commit)
    : store_(store), metrics_(metrics), on_commit_(std::move(on_commit)) {}

absl::StatusOr<v1::StreamLogsResponse> IngestSession::Handle(const v1::StreamLogsRequest& request) {
  using Request = v1::StreamLogsRequest;
  switch (request.message_case()) {
    case Request::kHello:
      return phase_ == Phase::kHello ? HandleHello(request.hello()) : OutOfTurn("no second hello");
    case Request::kOpen:
      return phase_ == Phase::kOpen ? HandleOpen(request.open()) : OutOfTurn("open after hello");
    case Request::kBatch:
      return phase_ == Phase::kStreaming ? HandleBatch(request.batch())
                                         : OutOfTurn("hello and open before the first batch");
    case Request::kSeal:
      return phase_ == Phase::kStreaming ? HandleSeal(request.seal())
                                         : OutOfTurn("hello and open before seal");
    case Request::kGap:
    case Request::MESSAGE_NOT_SET:
      break;
  }
  return OutOfTurn("hello, open, batch or seal");
}

absl::StatusOr<v1::StreamLogsResponse> IngestSession::HandleHello(const v1::Hello& hello) {
  if (auto status = ValidateHello(hello); !status.ok()) return status;
  const auto found =
      store_->FindStreams(hello.prover(), hello.machine(), hello.head(), hello.size());
  if (!found.ok()) return found.status();

  v1::StreamLogsResponse response;
  auto* candidates = response.mutable_candidates();
  for (const StreamCandidate& stream : *found) {
    candidate_ids_.push_back(stream.key.stream_id);
    const int64_t end = std::min(stream.committed_offset, hello.size());
    const int64_t begin = std::max(int64_t{0}, end - kTailBytes);
    const auto tail = ReadRange(*store_, stream.key, begin, end);
    if (!tail.ok()) return tail.status();
    auto* candidate = candidates->add_candidates();
    candidate->set_stream_id(stream.key.stream_id);
    candidate->set_committed_offset(stream.committed_offset);
    candidate->mutable_tail()->set_begin_offset(begin);
    candidate->mutable_tail()->set_end_offset(end);
    candidate->mutable_tail()->set_sha256(Sha256(*tail));
  }
  hello_ = hello;
  phase_ = Phase::kOpen;
  return response;
}

absl::StatusOr<v1::StreamLogsResponse> IngestSession::HandleOpen(const v1::Open& open) {
  const auto anchors = ValidateAnchors(open);
  if (!anchors.ok()) return anchors.status();
  if (open.has_stream_id()) {
    auto reopened = store_->ReopenStream(hello_.prover(), open.stream_id(), *anchors);
    if (!reopened.ok()) return reopened.status();
    stream_ = *std::move(reopened);
  } else {
    const auto stream_id = store_->ReserveStreamId();
    if (!stream_id.ok()) return stream_id.status();
    new_stream_ = NewStream{*stream_id, hello_.prover(), hello_.machine(), hello_.source(),
                            *anchors,   hello_.head(),   candidate_ids_};
    stream_ = OpenStream{{0, *stream_id}, 1, 0, *anchors};
  }
  if (stream_.committed_offset < static_cast<int64_t>(kHeadBytes)) {
    auto head = ReadRange(*store_, stream_.key, 0, stream_.committed_offset);
    if (!head.ok()) return head.status();
    head_ = *std::move(head);
  }
  phase_ = Phase::kStreaming;

  v1::StreamLogsResponse response;
  response.mutable_opened()->set_stream_id(stream_.key.stream_id);
  response.mutable_opened()->set_generation(stream_.generation);
  response.mutable_opened()->set_committed_offset(stream_.committed_offset);
  for (const Anchor& anchor : stream_.anchors) {
    *response.mutable_opened()->add_anchors() = ToProto(anchor);
  }
  return response;
}

absl::StatusOr<v1::StreamLogsResponse> IngestSession::HandleBatch(const v1::Batch& batch) {
  const auto valid = ValidateBatch(batch, stream_.committed_offset);
  if (!valid.ok()) return valid.status();
  const bool head_grows = valid->block.begin_offset < static_cast<int64_t>(kHeadBytes);
  if (head_grows) head_.append(valid->raw, 0, kHeadBytes - head_.size());

  const absl::Time begin = absl::Now();
  const absl::Status committed =
      Commit(valid->block, head_grows ? absl::string_view(head_) : absl::string_view());
  if (!committed.ok()) return committed;
  metrics_->commit_seconds.Observe(absl::ToDoubleSeconds(absl::Now() - begin));
  Count(valid->raw);
  stream_.committed_offset = valid->block.end_offset;
  on_commit_(stream_.key.prover_id);
  return Acknowledge();
}

absl::StatusOr<v1::StreamLogsResponse> IngestSession::HandleSeal(const v1::Seal& seal) {
  if (seal.offset() != stream_.committed_offset) {
    return OffsetMismatch(seal.offset(), stream_.committed_offset);
  }
  if (new_stream_) return Acknowledge();  // nothing was sent: there is no stream
  const absl::Status sealed = store_->Seal(stream_.key, stream_.generation, seal.offset());
  if (absl::IsAborted(sealed)) return ExplainAbort(seal.offset());
  if (!sealed.ok()) return sealed;
  on_commit_(stream_.key.prover_id);
  return Acknowledge();
}

absl::Status IngestSession::Commit(const Block& block, absl::string_view head) {
  if (new_stream_) {
    const auto key = store_->CreateStream(*new_stream_, block, head);
    if (absl::IsAborted(key.status())) {
      return WithReason(
          absl::AbortedError(absl::StrCat(key.status().message(), "; begin again with Hello")),
          "OFFSET_MISMATCH");
    }
    if (!key.ok()) return key.status();
    stream_.key = *key;
    new_stream_.reset();
    return absl::OkStatus();
  }
  const absl::Status appended = store_->Append(stream_.key, stream_.generation, block, head);
  return absl::IsAborted(appended) ? ExplainAbort(block.begin_offset) : appended;
}

absl::Status IngestSession::ExplainAbort(int64_t offset) {
  const auto position = store_->Position(stream_.key);
  if (!position.ok()) return position.status();
  if (position->generation == stream_.generation) {
    return OffsetMismatch(offset, position->committed_offset);
  }
  return WithReason(
      absl::AbortedError(absl::StrCat("another client has opened this log since (machine \"",
                                      hello_.machine(), "\", source \"", hello_.source(),
                                      "\"); it goes on from offset ", position->committed_offset)),
      "FENCED");
}

void IngestSession::Count(absl::string_view raw) const {
  metrics_->batches.Of(hello_.prover()).Increment();
  metrics_->bytes.Of(hello_.prover()).Increment(static_cast<double>(raw.size()));
  metrics_->lines.Of(hello_.prover())
      .Increment(static_cast<double>(std::count(raw.begin(), raw.end(), '\n')));
}

v1::StreamLogsResponse IngestSession::Acknowledge() const {
  v1::StreamLogsResponse response;
  response.mutable_ack()->set_committed_offset(stream_.committed_offset);
  return response;
}

}  // namespace proverlog
