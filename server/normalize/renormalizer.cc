#include "server/normalize/renormalizer.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "normalizer/normalizer_version.h"

namespace proverlog {
namespace {

constexpr absl::Duration kPause = absl::Seconds(1);
// A switch makes up for about this much, while the live projection waits.
constexpr int64_t kNearBytes = int64_t{4} << 20;

}  // namespace

absl::Status Renormalizer::Run(ProverId prover_id) {
  const auto projection = rebuilds_->Begin(prover_id, kNormalizerVersion);
  if (!projection.ok()) return projection.status();
  while (!options_.stop_requested()) {
    const auto outcome = Advance(*projection);
    if (outcome.ok() && *outcome == Outcome::kSwitched) return absl::OkStatus();
    if (outcome.ok() && *outcome == Outcome::kMore) {
      // A stream that is stuck stays so, whatever is read of others.
      if (!absl::IsFailedPrecondition(trouble_)) trouble_ = absl::OkStatus();
      continue;
    }
    const absl::Status& trouble = outcome.status();
    if (absl::IsAborted(trouble) || absl::IsDataLoss(trouble) || !IsBearable(trouble)) {
      return trouble;
    }
    options_.sleep(kPause);
  }
  return absl::CancelledError("stopped");
}

absl::StatusOr<Renormalizer::Outcome> Renormalizer::Advance(const ProjectionKey& projection) {
  const auto step = projector_.Step(projection);
  if (step.ok() && *step == Projector::Result::kMore) {
    const auto near = IsNear(projection);
    if (!near.ok()) return near.status();
    if (!*near) return Outcome::kMore;
  }
  const auto behind = rebuilds_->Switch(projection, [&](ProjectionTransaction& tx) -> absl::Status {
    // What the database refuses of one stream would keep the others from being switched.
    return step.ok() ? projector_.CatchUp(tx) : absl::OkStatus();
  });
  if (!behind.ok()) return behind.status();
  if (!behind->has_value()) return Outcome::kSwitched;
  if (!step.ok()) return step.status();
  if (*step == Projector::Result::kMore) return Outcome::kMore;
  if (*step == Projector::Result::kBusy) return Outcome::kWait;
  return absl::FailedPreconditionError(
      absl::StrCat("stream ", (*behind)->stream_id, " cannot be read beyond ", (*behind)->offset,
                   ", and the live projection has read more: it stays"));
}

absl::StatusOr<bool> Renormalizer::IsNear(const ProjectionKey& projection) {
  const absl::Time now = options_.now();
  if (now < next_look_) return false;
  next_look_ = now + options_.progress_interval;
  const auto progress = rebuilds_->Progress(projection);
  if (!progress.ok()) return progress.status();
  options_.on_progress(*progress);
  return progress->behind_live_bytes <= kNearBytes;
}

bool Renormalizer::IsBearable(const absl::Status& trouble) {
  if (trouble.ok()) return true;
  if (trouble != trouble_) trouble_since_ = options_.now();
  trouble_ = trouble;
  return options_.now() - trouble_since_ < options_.patience;
}

}  // namespace proverlog
