#include "client/shipper/rotated_logs.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/shipper/discovery.h"
#include "client/shipper/rotated_file.h"

namespace proverlog {
namespace {

// How often it is seen whether the log has its stream.
constexpr absl::Duration kLook = absl::Seconds(1);

}  // namespace

std::optional<absl::Time> RotatedLogs::Run() {
  RotatedFile file(*context_, labels_, this, std::nullopt);
  for (const std::string& path : FindRotated(path_)) {
    if (sender_->NeedsStream()) return context_->sleeper->Now() + kLook;
    const auto known = file.Finish(path);
    if (!known.ok() && IsWorthTryingAgain(known.status())) {
      return context_->sleeper->Now() + backoff_.Next();
    }
    if (!known.ok()) {
      context_->tell(absl::StrCat(path, ": ", absl::string_view(known.status().message()),
                                  "; the rest of it is not sent"));
      continue;
    }
    if (*known == RotatedFile::Known::kGrows) return context_->sleeper->Now() + kQuietRotated;
  }
  return std::nullopt;
}

}  // namespace proverlog
