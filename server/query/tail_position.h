#ifndef PROVERLOG_SERVER_QUERY_TAIL_POSITION_H_
#define PROVERLOG_SERVER_QUERY_TAIL_POSITION_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/time.h"

namespace proverlog {

// Where a tail is.
struct TailPosition {
  // Where a log's last line ended that was told, or was not asked for; -1: before its first. By
  // stream. Offsets do not depend on a projection, so that a position holds for every one.
  std::map<int64_t, int64_t> offsets;
  // Of a log without an offset: a stream that is no later than this one was at rest, and goes on
  // with what is dated since then. A later one is new.
  int64_t last_stream_id = 0;
  UnixMillis since = 0;
};

// Logs that one tail follows.
inline constexpr size_t kMaxTailedLogs = 1000;

// `request` names what must not change, without newlines.
std::string MakeTailToken(absl::string_view request, const TailPosition& position);

// INVALID_ARGUMENT where the token is not of such a request.
absl::StatusOr<TailPosition> ParseTailToken(absl::string_view token, absl::string_view request);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_TAIL_POSITION_H_
