#include "server/query/tail_position.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rpc/status.h"
#include "server/query/page_token.h"

namespace proverlog {
namespace {

// Raised with the form or the meaning of the token.
constexpr absl::string_view kVersion = "tail 1 ";

// "5:1200,6:-1"
bool ParseOffsets(absl::string_view text, std::map<int64_t, int64_t>& offsets) {
  for (const absl::string_view entry : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(entry, ':');
    int64_t stream_id = 0;
    int64_t offset = 0;
    if (!absl::SimpleAtoi(parts.first, &stream_id) || !absl::SimpleAtoi(parts.second, &offset) ||
        stream_id <= 0 || offset < -1 || offsets.size() == kMaxTailedLogs) {
      return false;
    }
    offsets[stream_id] = offset;
  }
  return true;
}

}  // namespace

std::string MakeTailToken(absl::string_view request, const TailPosition& position) {
  return MakePageToken(absl::StrCat(kVersion, request),
                       {absl::StrCat(position.since), absl::StrCat(position.last_stream_id),
                        absl::StrJoin(position.offsets, ",", absl::PairFormatter(":"))});
}

absl::StatusOr<TailPosition> ParseTailToken(absl::string_view token, absl::string_view request) {
  const auto parts = ParsePageToken(token, absl::StrCat(kVersion, request), 3, "position");
  if (!parts.ok()) return parts.status();
  TailPosition position;
  if (!absl::SimpleAtoi((*parts)[0], &position.since) ||
      !absl::SimpleAtoi((*parts)[1], &position.last_stream_id) ||
      !ParseOffsets((*parts)[2], position.offsets)) {
    return DamagedToken(token, "position");
  }
  return position;
}

}  // namespace proverlog
