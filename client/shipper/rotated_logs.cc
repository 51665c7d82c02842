#include "client/shipper/rotated_logs.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace proverlog {
namespace {

// How often it is seen whether the log has its stream.
constexpr absl::Duration kLook = absl::Seconds(1);

}  // namespace

std::optional<absl::Time> RotatedLogs::Run() {
  bool grows = false;
  for (const FoundLog& log : FindRotated(path_)) {
    if (file_.IsDone(log)) continue;
    is_behind_ = true;
    if (sender_->NeedsStream()) return context_->sleeper->Now() + kLook;
    const auto known = file_.Finish(log);
    if (!known.ok() && IsWorthTryingAgain(known.status())) {
      return context_->sleeper->Now() + backoff_.Next();
    }
    if (!known.ok()) {
      context_->tell(absl::StrCat(log.path, ": ", absl::string_view(known.status().message()),
                                  "; the rest of it is not sent"));
      has_failed_ = true;
      continue;
    }
    backoff_.Reset();
    if (*known == RotatedFile::Known::kMore) return absl::InfinitePast();
    if (*known == RotatedFile::Known::kDamaged) has_failed_ = true;
    grows = grows || *known == RotatedFile::Known::kGrows;
  }
  is_behind_ = false;
  if (grows) return context_->sleeper->Now() + kQuietRotated;
  // They may have been rotated on meanwhile, and one been missed.
  const auto is_done = [this](const FoundLog& log) { return file_.IsDone(log); };
  if (!absl::c_all_of(FindRotated(path_), is_done)) return absl::InfinitePast();
  return std::nullopt;
}

}  // namespace proverlog
