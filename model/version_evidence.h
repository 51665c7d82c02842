#ifndef PROVERLOG_MODEL_VERSION_EVIDENCE_H_
#define PROVERLOG_MODEL_VERSION_EVIDENCE_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/strings/string_view.h"

namespace proverlog {

// A version of Aztec's software, as far as logs tell it: one number, so that versions compare.
using AztecVersion = int32_t;
constexpr AztecVersion MakeAztecVersion(int32_t major, int32_t minor) {
  return major * 1000 + minor;
}

// The versions, both included, that have something; an end that is not known is open.
struct VersionRange {
  static constexpr AztecVersion kOpenFrom = 0;
  static constexpr AztecVersion kOpenTo = std::numeric_limits<AztecVersion>::max();

  AztecVersion from = kOpenFrom;
  AztecVersion to = kOpenTo;

  friend bool operator==(const VersionRange& a, const VersionRange& b) = default;
};

// `versions` is a MessageSpec's: "0.87-4.1", "5.2". The oldest and the newest version that were
// read leave their side open.
VersionRange ParseVersionRange(absl::string_view versions);

// Narrows down which version wrote a log from the messages and job types in it, because prover logs
// rarely print their version; one that is printed is exact.
class VersionEvidence {
 public:
  void Add(const VersionRange& range) {
    range_.from = std::max(range_.from, range.from);
    range_.to = std::min(range_.to, range.to);
  }
  void AddJobType(absl::string_view type);
  // The version as the software prints it, "4.1.2"; what is no version is passed over. The last one
  // stands: a log goes on when its software is replaced.
  void AddPrinted(absl::string_view version);
  // Of another log of the same prover, in any order.
  void Merge(const VersionEvidence& other);

  bool is_known() const { return *this != VersionEvidence(); }
  bool is_printed() const { return !printed_.empty(); }
  // Exact where the version is printed. It begins behind its end where the software was replaced.
  VersionRange range() const;
  // Whether it is surely of the version, "4" or "4.1" or as ToString has it: that one, or one of
  // its minor or patch versions.
  bool IsOf(absl::string_view version) const;

  // "4.1.2" where that is printed, else "3.0 or later", "1.1 to 2.0", "5.2 or later, and up to 4.1"
  // where two versions must have written it, "several versions" where logs that were merged print
  // different ones, or "unknown".
  std::string ToString() const;

  // A short form for storage, in which equal evidence is equal text: "3.0-4.1", "5.2-", "-2.0",
  // "-=4.1.2"; empty where nothing is known. What is no such text is nothing known.
  std::string Serialize() const;
  static VersionEvidence Parse(absl::string_view text);

  friend bool operator==(const VersionEvidence& a, const VersionEvidence& b) = default;

 private:
  VersionRange range_;
  std::string printed_;
  bool several_printed_ = false;  // the logs that were merged print different ones
};

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_VERSION_EVIDENCE_H_
