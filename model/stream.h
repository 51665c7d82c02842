#ifndef PROVERLOG_MODEL_STREAM_H_
#define PROVERLOG_MODEL_STREAM_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/fact.h"
#include "model/time.h"
#include "model/version_evidence.h"

namespace proverlog {

// Dates the lines of a stream that carry only a time of day: the first such line at or after
// `offset` is the one nearest to `at`, read in `time_zone`; from there the lines are followed.
struct Anchor {
  int64_t offset = 0;
  UnixMillis at = 0;
  std::string time_zone = "UTC";  // an IANA name

  friend bool operator==(const Anchor& a, const Anchor& b) = default;
};

// Why bytes of a stream are missing: GapReason in common.proto.
enum class GapReason : uint8_t {
  kRotatedAway,
  kTruncated,
  kDropped,
  kLostByServer,
  kRetention,
  kUnreadable
};
inline constexpr std::array<absl::string_view, 6> kGapReasonNames = {
    "rotated away", "truncated", "dropped", "lost by server", "retention", "unreadable"};

// Bytes of a stream that are missing. Nobody knows how many where it ends where it begins.
struct Gap {
  int64_t begin_offset = 0;
  int64_t end_offset = 0;
  GapReason reason = GapReason::kRotatedAway;
  UnixMillis received_at = 0;  // when it was recorded
  std::string message;         // of kUnreadable: what was wrong

  friend bool operator==(const Gap& a, const Gap& b) = default;
};

// A stream's labels. They do not change during its life.
struct StreamLabels {
  int64_t stream_id = 0;
  std::string machine;
  std::string source;
  std::vector<Anchor> anchors;  // by offset
};

// What became of a stream's lines, from its beginning.
struct StreamCounts {
  int64_t lines = 0;
  int64_t records = 0;         // lines that begin a record
  int64_t understood = 0;      // records whose message is known
  int64_t not_understood = 0;  // the other records
  int64_t undated = 0;         // records that nothing dates; they make no facts
  int64_t cut = 0;             // lines too long to be read whole
  std::map<FactKind, int64_t> facts;
  std::optional<UnixMillis> first_at;  // of the dated records
  std::optional<UnixMillis> last_at;
  VersionEvidence versions;  // of Aztec, by the records that are understood

  friend bool operator==(const StreamCounts& a, const StreamCounts& b) = default;
};

// A place between two lines of a stream from which they can be read and dated. A default one is the
// stream's beginning.
struct StreamMark {
  int64_t offset = 0;                   // where the next line begins
  std::optional<UnixMillis> latest_at;  // of all lines before it, as far as they are dated
  std::string state;                    // opaque to all but the normalizer
};

// How far a stream is normalized, and what is needed to go on. A default one is its beginning.
struct StreamProgress {
  int64_t offset = 0;  // of the next byte
  std::string state;   // opaque to all but the normalizer
  StreamCounts counts;
};

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_STREAM_H_
