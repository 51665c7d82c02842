#ifndef PROVERLOG_ANALYSIS_VERSION_EVIDENCE_H_
#define PROVERLOG_ANALYSIS_VERSION_EVIDENCE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace proverlog {

// A version of Aztec's software, as far as logs tell it.
struct AztecVersion {
  int major = 0;
  int minor = 0;

  friend auto operator<=>(const AztecVersion&, const AztecVersion&) = default;
};

// Narrows down which version wrote a log from the messages and job types in it; prover logs do not
// print their version.
class VersionEvidence {
 public:
  // `versions` is a MessageSpec's: "0.87-4.1", "5.2". The oldest and the newest version that were
  // read leave their side open.
  void AddMessage(absl::string_view versions);
  void AddJobType(absl::string_view type);

  // "3.0 or later", "1.1 to 2.0", "5.2 or later, and up to 4.1" where two versions must have
  // written it, or "unknown".
  std::string ToString() const;

 private:
  void AtLeast(AztecVersion version);
  void AtMost(AztecVersion version);

  std::optional<AztecVersion> from_;
  std::optional<AztecVersion> to_;
};

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_VERSION_EVIDENCE_H_
