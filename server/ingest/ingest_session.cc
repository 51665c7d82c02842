#include "server/ingest/ingest_session.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/ingest/validation.h"
#include "storage/archive_range.h"

namespace proverlog {
namespace {

// What a gap takes of a prover's bytes per second: it is a row, as a small batch is.
constexpr int64_t kGapCost = 4096;

absl::Status OutOfTurn(absl::string_view expected) {
  return InvalidField("message", absl::StrCat("expected ", expected));
}

}  // namespace

IngestSession::IngestSession(ArchiveWriter* store, IngestLimits* limits, TailDigests* tails,
                             Attendance* attendance, std::function<void(ProverId)> on_commit,
                             OnFailure on_failure)
    : store_(store),
      limits_(limits),
      tails_(tails),
      attendance_(attendance),
      on_commit_(std::move(on_commit)),
      on_failure_(std::move(on_failure)) {}

absl::StatusOr<IngestSession::Step> IngestSession::Take(const v1::StreamLogsRequest& request) {
  using Request = v1::StreamLogsRequest;
  const auto message = request.message_case();
  if (message == Request::kHello) {
    return phase_ == Phase::kHello ? TakeHello(request.hello()) : OutOfTurn("no second hello");
  }
  if (message == Request::kOpen) {
    return phase_ == Phase::kOpen ? TakeOpen(request.open()) : OutOfTurn("open after hello");
  }
  if (message == Request::MESSAGE_NOT_SET) return OutOfTurn("hello, open, batch, gap or seal");
  if (phase_ != Phase::kStreaming) return OutOfTurn("hello and open before all else");
  if (message == Request::kBatch) return TakeBatch(request.batch());
  return message == Request::kGap ? TakeGap(request.gap()) : TakeSeal(request.seal());
}

absl::StatusOr<IngestSession::Step> IngestSession::TakeHello(const v1::Hello& hello) {
  if (auto status = ValidateHello(hello); !status.ok()) return status;
  auto lease = limits_->Admit(hello.prover());
  if (!lease.ok()) return lease.status();
  lease_ = *std::move(lease);
  const auto found =
      store_->FindStreams(hello.prover(), hello.machine(), hello.head(), hello.size());
  if (!Check(found).ok()) return found.status();

  hello_ = hello;
  v1::StreamLogsResponse response;
  auto* candidates = response.mutable_candidates();
  for (const StreamCandidate& stream : *found) {
    candidate_ids_.push_back(stream.key.stream_id);
    auto candidate = Describe(stream);
    if (!candidate.ok()) return candidate.status();
    *candidates->add_candidates() = *std::move(candidate);
  }
  phase_ = Phase::kOpen;
  return Step{response, std::nullopt};
}

absl::StatusOr<v1::Candidate> IngestSession::Describe(const StreamCandidate& stream) {
  const int64_t end = std::min(stream.committed_offset, hello_.size());
  const int64_t begin = std::min(end, std::max(stream.whole_from, end - kTailBytes));
  const auto digest =
      tails_->Get(stream, begin, end, [&] { return ReadRange(*store_, stream.key, begin, end); });
  v1::Candidate candidate;
  candidate.set_stream_id(stream.key.stream_id);
  candidate.set_committed_offset(stream.committed_offset);
  if (absl::IsDataLoss(digest.status())) {
    // There is nothing to compare, so its log is sent anew; the machine's others go on.
    spdlog::error("{}", std::string(digest.status().message()));
    return candidate;
  }
  if (!Check(digest).ok()) return digest.status();
  candidate.mutable_tail()->set_begin_offset(begin);
  candidate.mutable_tail()->set_end_offset(end);
  candidate.mutable_tail()->set_sha256(*digest);
  return candidate;
}

absl::StatusOr<IngestSession::Step> IngestSession::TakeOpen(const v1::Open& open) {
  const auto anchors = ValidateAnchors(open);
  if (!anchors.ok()) return anchors.status();
  if (open.has_stream_id()) {
    auto reopened = store_->ReopenStream(hello_.prover(), open.stream_id(), *anchors);
    if (!Check(reopened).ok()) return reopened.status();
    stream_ = *std::move(reopened);
    seat_ = attendance_->Enter(stream_.key);
  } else {
    const auto stream_id = store_->ReserveStreamId();
    if (!Check(stream_id).ok()) return stream_id.status();
    new_stream_ = NewStream{*stream_id, hello_.prover(), hello_.machine(), hello_.source(),
                            *anchors,   hello_.head(),   candidate_ids_};
    stream_ = OpenStream{{0, *stream_id}, 1, 0, *anchors};
  }
  offset_ = stream_.committed_offset;
  if (offset_ < static_cast<int64_t>(kHeadBytes)) {
    auto head = ReadRange(*store_, stream_.key, 0, offset_);
    if (!Check(head).ok()) return head.status();
    head_ = *std::move(head);
  }
  phase_ = Phase::kStreaming;

  Step step{v1::StreamLogsResponse(), std::nullopt};
  v1::Opened* opened = step.response->mutable_opened();
  opened->set_stream_id(stream_.key.stream_id);
  opened->set_generation(stream_.generation);
  opened->set_committed_offset(stream_.committed_offset);
  for (const Anchor& anchor : stream_.anchors) *opened->add_anchors() = ToProto(anchor);
  return step;
}

absl::StatusOr<IngestSession::Step> IngestSession::TakeBatch(const v1::Batch& batch) {
  auto valid = ValidateBatch(batch, offset_);
  if (!valid.ok()) return valid.status();
  const auto size = static_cast<int64_t>(valid->raw.size());
  if (auto status = limits_->Spend(hello_.prover(), size); !status.ok()) return status;
  StreamAdvance advance = AdvanceTo(valid->block.end_offset);
  // The head of a log that begins with a gap is what is there of it.
  if (offset_ == static_cast<int64_t>(head_.size()) && head_.size() < kHeadBytes) {
    head_.append(valid->raw, 0, kHeadBytes - head_.size());
    advance.head = head_;
  }
  advance.blocks.push_back(std::move(valid->block));
  auto step = Commit(std::move(advance));
  if (!step.ok()) return step;
  step->bytes = size;
  step->lines = std::count(valid->raw.begin(), valid->raw.end(), '\n');
  return step;
}

absl::StatusOr<IngestSession::Step> IngestSession::TakeGap(const v1::Gap& proto) {
  const auto gap = ValidateGap(proto, offset_);
  if (!gap.ok()) return gap.status();
  if (auto status = limits_->Spend(hello_.prover(), kGapCost); !status.ok()) return status;
  StreamAdvance advance = AdvanceTo(gap->end_offset);
  // What was never sent is known by what its sender says of it.
  if (offset_ == 0 && gap->end_offset > 0) advance.head = hello_.head();
  advance.gaps.push_back(*gap);
  if (proto.has_anchor()) advance.anchors.push_back(FromProto(proto.anchor()));
  return Commit(std::move(advance));
}

absl::StatusOr<IngestSession::Step> IngestSession::TakeSeal(const v1::Seal& seal) {
  if (seal.offset() != offset_) return OffsetMismatch(seal.offset(), offset_);
  // Nothing was sent: there is no stream.
  if (new_stream_) return Step{AckOf(offset_), std::nullopt};
  StreamAdvance advance = AdvanceTo(offset_);
  advance.seals = true;
  return Commit(std::move(advance));
}

StreamAdvance IngestSession::AdvanceTo(int64_t end_offset) const {
  StreamAdvance advance;
  advance.stream = stream_.key;
  advance.generation = stream_.generation;
  advance.begin_offset = offset_;
  advance.end_offset = end_offset;
  return advance;
}

absl::StatusOr<IngestSession::Step> IngestSession::Commit(StreamAdvance advance) {
  offset_ = advance.end_offset;
  if (!new_stream_) return Step{std::nullopt, std::move(advance)};
  const auto key = store_->CreateStream(*new_stream_, advance);
  if (absl::IsAborted(key.status())) {
    return WithReason(
        absl::AbortedError(absl::StrCat(key.status().message(), "; begin again with Hello")),
        "OFFSET_MISMATCH");
  }
  if (!Check(key).ok()) return key.status();
  stream_.key = *key;
  seat_ = attendance_->Enter(stream_.key);
  new_stream_.reset();
  on_commit_(key->prover_id);
  return Step{AckOf(offset_), std::nullopt};
}

absl::Status IngestSession::ExplainAbort(int64_t offset) {
  const auto position = store_->Position(stream_.key);
  if (!Check(position).ok()) return position.status();
  if (position->generation == stream_.generation) {
    return OffsetMismatch(offset, position->committed_offset);
  }
  return WithReason(
      absl::AbortedError(absl::StrCat("another client has opened this log since (machine \"",
                                      hello_.machine(), "\", source \"", hello_.source(),
                                      "\"); it goes on from offset ", position->committed_offset)),
      "FENCED");
}

v1::StreamLogsResponse AckOf(int64_t committed_offset) {
  v1::StreamLogsResponse response;
  response.mutable_ack()->set_committed_offset(committed_offset);
  return response;
}

}  // namespace proverlog
