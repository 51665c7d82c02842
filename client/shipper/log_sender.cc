#include "client/shipper/log_sender.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/shipper/discovery.h"
#include "client/shipper/live_anchors.h"
#include "normalizer/timeline.h"
#include "rpc/status.h"

namespace proverlog {

LogSender::LogSender(const ShipContext* context, LogLabels labels, std::string path,
                     std::unique_ptr<GrowingLog> log)
    : context_(context), labels_(std::move(labels)), path_(std::move(path)), log_(std::move(log)) {}

void LogSender::RequestFinish() {
  int64_t none = -1;
  finish_at_.compare_exchange_strong(none, log_->Size());
}

bool LogSender::HasWork() const {
  return log_->Size() != committed_ || is_finishing() ||
         (times_found_ >= 0 && times_found_ != context_->servers->times_found());
}

std::optional<absl::Time> LogSender::Run() {
  next_ = absl::InfiniteFuture();
  read_error_ = absl::OkStatus();
  if (const absl::Status status = SendOn(); !status.ok()) return AfterError(status);
  backoff_.Reset();
  if (!next_) DropCall();
  return next_;
}

absl::Status LogSender::SendOn() {
  if (log_->HasBegunAnew()) {
    absl::Status status = EndTruncated();
    next_ = absl::InfinitePast();
    return status;
  }
  const int64_t size = log_->Size();
  if (size == 0) {
    if (is_finishing()) next_.reset();
    return absl::OkStatus();
  }
  if (!HasWork()) return absl::OkStatus();
  if (call_ == nullptr || times_found_ != context_->servers->times_found()) {
    if (absl::Status status = OpenStream(size); !status.ok()) return status;
    if (call_ == nullptr) return absl::OkStatus();  // it has begun anew meanwhile
  }
  if (absl::Status status = SendTurn(); !status.ok()) return status;
  if (log_->HasBegunAnew() || committed_ < log_->Size()) next_ = absl::InfinitePast();
  if (is_finishing() && committed_ >= finish_at_ && !log_->HasBegunAnew()) return SealAndClose();
  return absl::OkStatus();
}

absl::Status LogSender::OpenStream(int64_t size) {
  DropCall();
  Servers::Call call = context_->servers->NewCall();
  attempt_ = call.attempt;
  // The log may have grown: the head is of the bytes that `size` says.
  const auto head = log_->Read(0, std::min(kHelloHeadBytes, static_cast<size_t>(size)));
  if (!head.ok()) return read_error_ = head.status();
  if (head->empty()) return absl::OkStatus();
  const auto candidates = call.stream->SayHello(HelloOf(*context_, labels_, *head, size));
  if (!candidates.ok()) return candidates.status();
  const auto found = FindStream(*candidates, size);
  if (!found.ok()) return found.status();

  const auto opened = call.stream->Open(*found, *found ? std::vector<Anchor>() : Anchors(size));
  if (!opened.ok()) return opened.status();
  context_->servers->Report(attempt_, absl::OkStatus());
  context_->owners->Claim(opened->stream_id(), this);
  call_ = std::move(call.stream);
  head_ = *head;
  stream_id_ = opened->stream_id();
  committed_ = opened->committed_offset();
  times_found_ = context_->servers->times_found();
  if (*found || !is_cut_) return absl::OkStatus();
  absl::Status status = call_->SendGap(0, v1::GAP_REASON_TRUNCATED, std::nullopt);
  is_cut_ = !status.ok();
  return status;
}

absl::StatusOr<std::optional<int64_t>> LogSender::FindStream(const v1::Candidates& candidates,
                                                             int64_t size) {
  for (const v1::Candidate& candidate : candidates.candidates()) {
    // A longer stream is another log that only begins so, or this one before it was cut.
    if (candidate.committed_offset() > log_->Size()) continue;
    const auto is_stream = IsStream(candidate);
    if (!is_stream.ok()) return is_stream.status();
    if (!*is_stream || !context_->owners->Claim(candidate.stream_id(), this)) continue;
    if (candidate.committed_offset() <= size) return candidate.stream_id();
    // Another client sends it, and what came since was not compared.
    return absl::AbortedError("the log and its stream grew while the server was asked");
  }
  context_->owners->Release(this);
  return std::optional<int64_t>();
}

absl::StatusOr<bool> LogSender::IsStream(const v1::Candidate& candidate) {
  if (!log_->OutlivesProcess()) return candidate.stream_id() == stream_id_;
  return HasTail(candidate, [this](int64_t offset, size_t max) {
    auto bytes = log_->Read(offset, max);
    if (!bytes.ok()) read_error_ = bytes.status();
    return bytes;
  });
}

std::vector<Anchor> LogSender::Anchors(int64_t size) {
  DatingOptions options;
  options.now = absl::ToUnixMillis(context_->sleeper->Now());
  options.time_zone_name = context_->time_zone;
  options.time_zone = LoadTimeZone(context_->time_zone).value_or(absl::UTCTimeZone());
  const auto read = [this](int64_t offset, size_t max) {
    int64_t left = kTurnBytes;
    return ReadPiece(offset, max, left);
  };
  return LiveAnchors(read, size, log_->ModifiedAt(), options);
}

absl::Status LogSender::SendTurn() {
  int64_t left = kTurnBytes;
  const auto read = [&](int64_t offset, size_t max) {
    auto bytes = ReadPiece(offset, max, left);
    if (bytes.ok()) *context_->lines_sent += std::count(bytes->begin(), bytes->end(), '\n');
    return bytes;
  };
  absl::Status sent = call_->SendAll(read, kShipBatchBytes, [this] { TakeCommitted(); });
  TakeCommitted();
  if (!sent.ok()) return sent;
  told_read_error_ = false;
  const auto missing = log_->MissingAt(committed_);
  return missing ? SendGap(*missing) : absl::OkStatus();
}

absl::StatusOr<std::string> LogSender::ReadPiece(int64_t offset, size_t max, int64_t& left) {
  auto bytes = ReadForTurn(
      *context_, [this](int64_t at, size_t size) { return log_->Read(at, size); }, offset, max,
      left);
  if (!bytes.ok() && !absl::IsCancelled(bytes.status())) read_error_ = bytes.status();
  return bytes;
}

void LogSender::TakeCommitted() {
  const int64_t now = call_->committed_offset();
  *context_->bytes_sent += now - committed_;
  committed_ = now;
  log_->Release(now);
}

absl::Status LogSender::SendGap(const MissingBytes& missing) {
  const Anchor anchor{missing.end, absl::ToUnixMillis(context_->sleeper->Now()),
                      context_->time_zone};
  context_->tell(absl::StrCat(log_->name(), ": ", missing.end - committed_, " bytes are lost"));
  // Nothing comes after the end of a file that nobody can read any more.
  if (missing.reason == v1::GAP_REASON_ROTATED_AWAY) finish_at_ = missing.end;
  if (absl::Status status = call_->SendGap(missing.end, missing.reason, anchor); !status.ok()) {
    return status;
  }
  committed_ = call_->committed_offset();
  log_->Release(committed_);
  return absl::OkStatus();
}

absl::Status LogSender::SealAndClose() {
  if (absl::Status status = call_->Seal(); !status.ok()) return status;
  next_.reset();
  return call_->Close();
}

absl::Status LogSender::EndTruncated() {
  is_ending_ = true;
  call_.reset();
  auto known = RotatedFile::Known::kNot;
  if (stream_id_) {
    const auto copied = FinishFromCopy();
    if (!copied.ok()) return copied.status();
    if (*copied == RotatedFile::Known::kMore) return absl::OkStatus();
    known = *copied;
  }
  is_cut_ = false;
  if (known != RotatedFile::Known::kFinished) {
    const auto is_sealed = SealTruncated();
    if (!is_sealed.ok()) return is_sealed.status();
    is_cut_ = !*is_sealed;
    context_->tell(absl::StrCat(log_->name(), ": it was truncated; what was not sent is lost"));
  }
  call_.reset();
  copy_.reset();
  context_->owners->Release(this);
  stream_id_.reset();
  committed_ = 0;
  log_->BeginAnew();
  if (is_finishing()) finish_at_ = log_->Size();
  is_ending_ = false;
  return absl::OkStatus();
}

absl::StatusOr<RotatedFile::Known> LogSender::FinishFromCopy() {
  using Known = RotatedFile::Known;
  if (copy_ == nullptr) {
    copy_ = std::make_unique<RotatedFile>(*context_, labels_, this, stream_id_);
  }
  for (const FoundLog& copy : FindRotated(path_)) {
    auto known = copy_->Finish(copy);
    if (!known.ok() || *known == Known::kFinished || *known == Known::kMore) return known;
  }
  // A copy may have been compressed or rotated on meanwhile.
  const auto is_done = [this](const FoundLog& copy) { return copy_->IsDone(copy); };
  return absl::c_all_of(FindRotated(path_), is_done) ? Known::kNot : Known::kMore;
}

absl::StatusOr<bool> LogSender::SealTruncated() {
  if (!stream_id_) return false;
  const int64_t acknowledged = committed_;
  const int64_t size = std::max(acknowledged, static_cast<int64_t>(head_.size()));
  const Servers::Call call = context_->servers->NewCall();
  attempt_ = call.attempt;
  const auto candidates = call.stream->SayHello(HelloOf(*context_, labels_, head_, size));
  if (!candidates.ok()) return candidates.status();
  const bool is_there = std::any_of(
      candidates->candidates().begin(), candidates->candidates().end(),
      [this](const v1::Candidate& candidate) { return candidate.stream_id() == stream_id_; });
  if (!is_there) return false;  // nothing of it was committed, or the server has lost all
  const auto opened = call.stream->Open(stream_id_, {});
  if (!opened.ok()) return opened.status();
  call_ = call.stream;
  if (call_->committed_offset() < acknowledged) {
    absl::Status status = call_->SendGap(acknowledged, v1::GAP_REASON_LOST_BY_SERVER, std::nullopt);
    if (!status.ok()) return status;
  }
  absl::Status status =
      call_->SendGap(call_->committed_offset(), v1::GAP_REASON_TRUNCATED, std::nullopt);
  if (status.ok()) status = SealAndClose();
  return status.ok() ? absl::StatusOr<bool>(true) : status;
}

std::optional<absl::Time> LogSender::AfterError(const absl::Status& status) {
  DropCall();
  const absl::Time again = context_->sleeper->Now() + backoff_.Next();
  if (!read_error_.ok()) {
    if (!told_read_error_) context_->tell(std::string(read_error_.message()));
    told_read_error_ = true;
    return again;
  }
  if (ReasonOf(status) == "LIMIT") {
    // The server is well, and takes others' logs.
    if (!told_limit_) context_->tell(absl::StrCat(log_->name(), " waits: ", status.message()));
    told_limit_ = true;
    return again;
  }
  context_->servers->Report(attempt_, status);
  if (IsWorthTryingAgain(status)) return again;
  context_->tell(absl::StrCat(log_->name(), ": ", absl::string_view(status.message()),
                              "; it is sent no further than byte ", committed_.load()));
  has_failed_ = true;
  return std::nullopt;
}

}  // namespace proverlog
