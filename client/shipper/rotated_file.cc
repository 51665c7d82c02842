#include "client/shipper/rotated_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/sender/stream_call.h"
#include "rpc/status.h"

namespace proverlog {

absl::StatusOr<RotatedFile::Known> RotatedFile::Finish(const FoundLog& log) {
  if (IsDone(log)) return Known::kNot;
  auto known = SendOn(log);
  if (known.ok() && *known == Known::kMore) return known;
  DropCall();
  const bool comes_again =
      known.ok() ? *known == Known::kGrows : IsWorthTryingAgain(known.status());
  if (comes_again) return known;
  done_.insert(log);
  bytes_left_ = 0;
  return known;
}

void RotatedFile::DropCall() {
  call_ = {};
  file_.reset();
}

absl::StatusOr<RotatedFile::Known> RotatedFile::SendOn(const FoundLog& log) {
  absl::StatusOr<Known> known = Known::kMore;
  if (!HasCall() || !(log_ == log)) {
    DropCall();
    log_ = log;
    auto file = LogFile::Open(log.path);
    if (!file.ok()) {
      const bool is_gone = absl::IsNotFound(file.status());  // it was rotated on
      if (!is_gone) context_.tell(std::string(file.status().message()));
      return Known::kNot;
    }
    file_ = *std::move(file);
    call_ = context_.servers->NewCall();
    known = Begin();
  }
  if (known.ok() && *known == Known::kMore) known = SendTurn();
  // At a limit the server is well, and takes others' logs.
  if (ReasonOf(known.status()) != "LIMIT") context_.servers->Report(call_.attempt, known.status());
  return known;
}

absl::StatusOr<RotatedFile::Known> RotatedFile::Begin() {
  // One that is being compressed may not have enough yet to be recognized.
  const auto unknown = [this] {
    return IsCompressed(log_.path) && MayGrow() ? Known::kGrows : Known::kNot;
  };
  auto head = file_->Read(0, kHelloHeadBytes);
  if (!head.ok() || head->empty()) return unknown();
  // A compressed file is not read just to see how long it is.
  constexpr int64_t kAnySize = std::numeric_limits<int64_t>::max();
  const auto candidates =
      call_.stream->SayHello(HelloOf(context_, labels_, *std::move(head), kAnySize));
  if (!candidates.ok()) return candidates.status();
  const auto stream = FindStream(*candidates);
  if (!stream) return unknown();
  const auto rest = file_->Read(stream->committed_offset(), 1);
  if (rest.ok() && rest->empty() && MayGrow()) return Known::kGrows;
  const bool is_to_be_sealed = stream_id_ || unsealed_.count(stream->stream_id()) > 0;
  if (rest.ok() && rest->empty() && !is_to_be_sealed) return Known::kNot;

  const auto opened = call_.stream->Open(stream->stream_id(), {});
  if (!opened.ok()) return opened.status();
  unsealed_.insert(stream->stream_id());
  committed_ = opened->committed_offset();
  return Known::kMore;
}

std::optional<v1::Candidate> RotatedFile::FindStream(const v1::Candidates& candidates) {
  // What is compared has to come whole, whatever the rate is.
  const auto read = [this](int64_t offset, size_t max) { return file_->Read(offset, max); };
  for (const v1::Candidate& candidate : candidates.candidates()) {
    if (stream_id_ && candidate.stream_id() != *stream_id_) continue;
    const auto is_log = HasTail(candidate, read);
    const bool is_ours = is_log.ok() && *is_log;
    if (is_ours && context_.owners->Claim(candidate.stream_id(), owner_)) return candidate;
  }
  return std::nullopt;
}

absl::StatusOr<RotatedFile::Known> RotatedFile::SendTurn() {
  int64_t left = kTurnBytes;
  const auto read = [&](int64_t offset, size_t max) {
    auto bytes = ReadForTurn(
        context_, [this](int64_t at, size_t size) { return file_->Read(at, size); }, offset, max,
        left);
    if (bytes.ok()) *context_.lines_sent += std::count(bytes->begin(), bytes->end(), '\n');
    return bytes;
  };
  TakeCommitted();
  const absl::Status sent =
      call_.stream->SendAll(read, kShipBatchBytes, [this] { TakeCommitted(); });
  if (absl::IsDataLoss(sent)) return TakeDamage(sent);
  if (!sent.ok()) return sent;
  if (left == 0) return Known::kMore;
  return MayGrow() ? Known::kGrows : End();
}

absl::StatusOr<RotatedFile::Known> RotatedFile::End() {
  absl::Status status = call_.stream->Seal();
  if (status.ok()) status = call_.stream->Close();
  return status.ok() ? absl::StatusOr<Known>(Known::kFinished) : status;
}

RotatedFile::Known RotatedFile::TakeDamage(const absl::Status& damage) {
  if (MayGrow()) return Known::kGrows;  // it is being compressed
  context_.tell(absl::StrCat(
      absl::string_view(damage.message()),
      stream_id_ ? "; another copy of it is looked for" : "; the rest of it is not sent"));
  return Known::kDamaged;
}

bool RotatedFile::MayGrow() const {
  if (stream_id_ || context_.once) return false;
  struct stat status {};
  if (stat(log_.path.c_str(), &status) != 0) return false;
  const absl::Duration quiet = context_.sleeper->Now() - absl::TimeFromTimespec(status.st_mtim);
  // A time far in the future says nothing.
  return quiet < kQuietRotated && quiet > -kQuietRotated;
}

void RotatedFile::TakeCommitted() {
  const int64_t now = call_.stream->committed_offset();
  *context_.bytes_sent += now - committed_;
  committed_ = now;
  struct stat status {};
  const bool is_known = !IsCompressed(log_.path) && stat(log_.path.c_str(), &status) == 0;
  bytes_left_ = is_known ? std::max(int64_t{0}, status.st_size - now) : 0;
}

}  // namespace proverlog
