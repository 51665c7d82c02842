#include "client/shipper/rotated_file.h"

#include <limits>
#include <memory>
#include <utility>

#include "client/input/log_file.h"

namespace proverlog {

absl::StatusOr<RotatedFile::Known> RotatedFile::Finish(const std::string& path) {
  const auto file = LogFile::Open(path);
  if (!file.ok()) {
    const bool is_gone = absl::IsNotFound(file.status());  // it was rotated on
    if (!is_gone) context_.tell(std::string(file.status().message()));
    return Known::kNot;
  }
  const absl::Time modified_at = absl::FromUnixMillis((*file)->modified_at().value_or(0));
  if (!stream_id_ && context_.sleeper->Now() - modified_at < kQuietRotated) return Known::kGrows;
  const Servers::Call call = context_.servers->NewCall();
  auto known = FinishLog(*call.stream,
                         [&](int64_t offset, size_t max) { return (*file)->Read(offset, max); });
  context_.servers->Report(call.attempt, known.status());
  return known;
}

absl::StatusOr<RotatedFile::Known> RotatedFile::FinishLog(StreamCall& call, const ReadBytes& read) {
  auto head = read(0, kHelloHeadBytes);
  if (!head.ok() || head->empty()) return Known::kNot;
  // A compressed file is not read just to see how long it is.
  constexpr int64_t kAnySize = std::numeric_limits<int64_t>::max();
  const auto candidates = call.SayHello(HelloOf(context_, labels_, *std::move(head), kAnySize));
  if (!candidates.ok()) return candidates.status();
  const auto stream = FindStream(*candidates, read);
  if (!stream) return Known::kNot;
  const auto rest = read(stream->committed_offset(), 1);
  if (!stream_id_ && rest.ok() && rest->empty()) return Known::kNot;

  const auto opened = call.Open(stream->stream_id(), {});
  if (!opened.ok()) return opened.status();
  // Only what is sent keeps to the rate: what is compared has to come whole.
  const auto read_slowly = [&](int64_t offset, size_t max) {
    auto bytes = read(offset, context_.rate->Piece(max));
    if (bytes.ok()) context_.rate->Take(bytes->size());
    return bytes;
  };
  absl::Status status = call.SendAll(read_slowly, kShipBatchBytes, [] {});
  // A damaged file is sent as far as it can be read; it is not sealed.
  if (absl::IsDataLoss(status)) return Known::kFinished;
  if (status.ok()) status = call.Seal();
  if (status.ok()) status = call.Close();
  return status.ok() ? absl::StatusOr<Known>(Known::kFinished) : status;
}

std::optional<v1::Candidate> RotatedFile::FindStream(const v1::Candidates& candidates,
                                                     const ReadBytes& read) {
  for (const v1::Candidate& candidate : candidates.candidates()) {
    if (stream_id_ && candidate.stream_id() != *stream_id_) continue;
    const auto is_log = HasTail(candidate, read);
    const bool is_ours = is_log.ok() && *is_log;
    if (is_ours && context_.owners->Claim(candidate.stream_id(), owner_)) return candidate;
  }
  return std::nullopt;
}

}  // namespace proverlog
