#include "model/version_evidence.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace proverlog {
namespace {

constexpr AztecVersion kOldestRead = MakeAztecVersion(0, 87);
constexpr AztecVersion kNewestRead = MakeAztecVersion(5, 2);
constexpr size_t kMaxPrintedBytes = 64;

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

// By length, which leaves few to compare: a hash of the type takes longer.
using RangesOfLength = std::vector<std::pair<absl::string_view, VersionRange>>;

const RangesOfLength& RangesOfTypes(size_t length) {
  constexpr size_t kMaxLength = 40;
  static const auto* const kRanges = [] {
    auto* ranges = new std::array<RangesOfLength, kMaxLength>;
    for (const TypeVersions& known : kTypes) {
      ranges->at(known.type.size()).emplace_back(known.type, ParseVersionRange(known.versions));
    }
    return ranges;
  }();
  return (*kRanges)[length < kMaxLength ? length : 0];
}

// Returns `open` where the text is no version.
AztecVersion ParseVersion(absl::string_view text, AztecVersion open) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(text, '.');
  int32_t major = 0;
  int32_t minor = 0;
  const bool valid =
      absl::SimpleAtoi(parts.first, &major) && absl::SimpleAtoi(parts.second, &minor);
  return valid ? MakeAztecVersion(major, minor) : open;
}

std::string Text(AztecVersion version) { return absl::StrCat(version / 1000, ".", version % 1000); }

// "4.1.2", "4.0.0-nightly.20260122"
bool IsPrintedVersion(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxPrintedBytes && absl::ascii_isdigit(text[0]) &&
         absl::StrContains(text, '.') && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '+';
         });
}

}  // namespace

VersionRange ParseVersionRange(absl::string_view versions) {
  const std::pair<absl::string_view, absl::string_view> ends = absl::StrSplit(versions, '-');
  VersionRange range;
  range.from = ParseVersion(ends.first, VersionRange::kOpenFrom);
  range.to = absl::StrContains(versions, '-') ? ParseVersion(ends.second, VersionRange::kOpenTo)
                                              : range.from;
  if (range.from <= kOldestRead) range.from = VersionRange::kOpenFrom;
  if (range.to >= kNewestRead) range.to = VersionRange::kOpenTo;
  return range;
}

void VersionEvidence::AddJobType(absl::string_view type) {
  for (const auto& [known, versions] : RangesOfTypes(type.size())) {
    if (type == known) return Add(versions);
  }
}

void VersionEvidence::AddPrinted(absl::string_view version) {
  if (IsPrintedVersion(version)) printed_ = std::string(version);
}

void VersionEvidence::Merge(const VersionEvidence& other) {
  Add(other.range_);
  const bool differ = !printed_.empty() && !other.printed_.empty() && printed_ != other.printed_;
  several_printed_ = several_printed_ || other.several_printed_ || differ;
  if (printed_.empty()) printed_ = other.printed_;
}

VersionRange VersionEvidence::range() const {
  if (printed_.empty()) return range_;
  const AztecVersion version = ParseVersion(printed_, VersionRange::kOpenFrom);
  return version == VersionRange::kOpenFrom ? range_ : VersionRange{version, version};
}

bool VersionEvidence::IsOf(absl::string_view version) const {
  if (version.empty() || !is_known()) return false;
  if (ToString() == version) return true;
  if (is_printed()) {
    return absl::StartsWith(printed_, version) && !absl::ascii_isdigit(printed_[version.size()]);
  }
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(version, '.');
  int32_t major = 0;
  if (!absl::SimpleAtoi(parts.first, &major)) return false;
  const bool has_minor = absl::StrContains(version, '.');
  const AztecVersion from =
      has_minor ? ParseVersion(version, VersionRange::kOpenTo) : MakeAztecVersion(major, 0);
  AztecVersion to = has_minor ? from : MakeAztecVersion(major + 1, 0) - 1;
  if (to >= kNewestRead) to = VersionRange::kOpenTo;
  return range_.from >= from && range_.to <= to;
}

std::string VersionEvidence::ToString() const {
  if (several_printed_) return "several versions";
  if (!printed_.empty()) return printed_;
  const auto [from, to] = range_;
  const bool has_from = from != VersionRange::kOpenFrom;
  const bool has_to = to != VersionRange::kOpenTo;
  if (!has_from && !has_to) return "unknown";
  if (!has_to) return absl::StrCat(Text(from), " or later");
  if (!has_from) return absl::StrCat("up to ", Text(to));
  if (from > to) return absl::StrCat(Text(from), " or later, and up to ", Text(to));
  return from == to ? Text(from) : absl::StrCat(Text(from), " to ", Text(to));
}

std::string VersionEvidence::Serialize() const {
  if (!is_known()) return "";
  return absl::StrCat(range_.from == VersionRange::kOpenFrom ? "" : Text(range_.from), "-",
                      range_.to == VersionRange::kOpenTo ? "" : Text(range_.to),
                      printed_.empty() ? "" : "=", printed_);
}

VersionEvidence VersionEvidence::Parse(absl::string_view text) {
  VersionEvidence evidence;
  const size_t equals = text.find('=');
  if (equals != absl::string_view::npos) evidence.AddPrinted(text.substr(equals + 1));
  const std::pair<absl::string_view, absl::string_view> ends =
      absl::StrSplit(text.substr(0, equals), '-');
  evidence.Add({ParseVersion(ends.first, VersionRange::kOpenFrom),
                ParseVersion(ends.second, VersionRange::kOpenTo)});
  return evidence;
}

}  // namespace proverlog
