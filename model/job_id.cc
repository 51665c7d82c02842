#include "model/job_id.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

constexpr size_t kMaxTypeLength = 64;
constexpr size_t kMaxHashLength = 128;
constexpr size_t kFullHashLength = 64;

// Sets of characters, as tables: ids are most of what is read.
using CharSet = std::array<bool, 256>;

constexpr CharSet Chars(absl::string_view chars) {
  CharSet set{};
  for (const char c : chars) set[static_cast<uint8_t>(c)] = true;
  return set;
}

constexpr CharSet kTypeChars = Chars("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
constexpr CharSet kHashChars =
    Chars("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

bool IsToken(absl::string_view text, size_t max_length, const CharSet& allowed) {
  if (text.empty() || text.size() > max_length) return false;
  bool all = true;
  for (const char c : text) all &= allowed[static_cast<uint8_t>(c)];
  return all;
}

bool ParseEpoch(absl::string_view text, int32_t* epoch) {
  const bool canonical =
      !text.empty() && absl::ascii_isdigit(text[0]) && (text[0] != '0' || text.size() == 1);
  return canonical && absl::SimpleAtoi(text, epoch);
}

}  // namespace

std::string JobId::ToString() const { return absl::StrCat(epoch, ":", type, ":", hash); }

std::optional<JobIdView> ParseJobId(absl::string_view text) {
  const size_t first = text.find(':');
  if (first == absl::string_view::npos) return std::nullopt;
  const size_t second = text.find(':', first + 1);
  if (second == absl::string_view::npos) return std::nullopt;

  JobIdView id;
  id.type = text.substr(first + 1, second - first - 1);
  id.hash = text.substr(second + 1);
  if (!ParseEpoch(text.substr(0, first), &id.epoch) ||
      !IsToken(id.type, kMaxTypeLength, kTypeChars) ||
      !IsToken(id.hash, kMaxHashLength, kHashChars)) {
    return std::nullopt;
  }
  return id;
}

bool IsFullHash(absl::string_view hash) {
  if (hash.size() != kFullHashLength) return false;
  // Without an early end, which the compiler could not do many characters at a time.
  bool all = true;
  for (const char c : hash.substr(0, kFullHashLength)) {
    all &= (c >= '0' && c <= '9') | (c >= 'a' && c <= 'f');
  }
  return all;
}

}  // namespace proverlog
