#include "analysis/version_evidence.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace proverlog {
namespace {

constexpr AztecVersion kOldestRead = {0, 87};
constexpr AztecVersion kNewestRead = {5, 2};

struct TypeVersions {
  absl::string_view type;
  absl::string_view versions;
};

// ProvingRequestType in stdlib: types that not every version has.
constexpr TypeVersions kTypes[] = {
    {"TUBE_PROOF", "0.87-2.0"},
    {"PRIVATE_BASE_ROLLUP", "0.87-2.0"},
    {"PUBLIC_BASE_ROLLUP", "0.87-2.0"},
    {"MERGE_ROLLUP", "0.87-2.0"},
    {"EMPTY_BLOCK_ROOT_ROLLUP", "0.87-2.0"},
    {"SINGLE_TX_BLOCK_ROOT_ROLLUP", "0.87-2.0"},
    {"PADDING_BLOCK_ROOT_ROLLUP", "1.1-2.0"},
    {"BASE_PARITY", "0.87-2.0"},
    {"ROOT_PARITY", "0.87-2.0"},
    {"PUBLIC_TUBE", "3.0-3.0"},
    {"PRIVATE_TX_BASE_ROLLUP", "3.0-5.2"},
    {"PUBLIC_TX_BASE_ROLLUP", "3.0-5.2"},
    {"TX_MERGE_ROLLUP", "3.0-5.2"},
    {"PARITY_BASE", "3.0-5.2"},
    {"PARITY_ROOT", "3.0-5.2"},
    {"CHECKPOINT_ROOT_ROLLUP", "3.0-5.2"},
    {"CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP", "3.0-5.2"},
    {"CHECKPOINT_PADDING_ROLLUP", "3.0-5.2"},
    {"CHECKPOINT_MERGE_ROLLUP", "3.0-5.2"},
    {"PUBLIC_CHONK_VERIFIER", "4.0-5.2"},
};

AztecVersion ParseVersion(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(text, '.');
  AztecVersion version;
  if (!absl::SimpleAtoi(parts.first, &version.major)) version.major = 0;
  if (!absl::SimpleAtoi(parts.second, &version.minor)) version.minor = 0;
  return version;
}

std::string Text(AztecVersion version) { return absl::StrCat(version.major, ".", version.minor); }

}  // namespace

void VersionEvidence::AddMessage(absl::string_view versions) {
  const std::vector<absl::string_view> ends = absl::StrSplit(versions, '-');
  const AztecVersion from = ParseVersion(ends.front());
  const AztecVersion to = ParseVersion(ends.back());
  if (from > kOldestRead) AtLeast(from);
  if (to < kNewestRead) AtMost(to);
}

void VersionEvidence::AddJobType(absl::string_view type) {
  for (const TypeVersions& known : kTypes) {
    if (known.type == type) AddMessage(known.versions);
  }
}

void VersionEvidence::AtLeast(AztecVersion version) {
  from_ = from_ ? std::max(*from_, version) : version;
}

void VersionEvidence::AtMost(AztecVersion version) {
  to_ = to_ ? std::min(*to_, version) : version;
}

std::string VersionEvidence::ToString() const {
  if (!from_ && !to_) return "unknown";
  if (!to_) return absl::StrCat(Text(*from_), " or later");
  if (!from_) return absl::StrCat("up to ", Text(*to_));
  if (*from_ > *to_) return absl::StrCat(Text(*from_), " or later, and up to ", Text(*to_));
  return *from_ == *to_ ? Text(*from_) : absl::StrCat(Text(*from_), " to ", Text(*to_));
}

}  // namespace proverlog
