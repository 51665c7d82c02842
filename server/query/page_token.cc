#include "server/query/page_token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

// Occurs in no name and no key.
constexpr absl::string_view kSeparator = "\n";

std::string Shown(absl::string_view token) {
  constexpr size_t kShown = 32;
  return absl::StrCat("\"", absl::CHexEscape(token.substr(0, kShown)),
                      token.size() > kShown ? "...\"" : "\"");
}

}  // namespace

std::string MakePageToken(absl::string_view request, const std::vector<std::string>& position) {
  return absl::WebSafeBase64Escape(
      absl::StrCat(request, kSeparator, absl::StrJoin(position, kSeparator)));
}

absl::StatusOr<std::vector<std::string>> ParsePageToken(absl::string_view token,
                                                        absl::string_view request, size_t size,
                                                        absl::string_view field) {
  std::string text;
  std::vector<std::string> parts;
  if (absl::WebSafeBase64Unescape(token, &text)) parts = absl::StrSplit(text, kSeparator);
  if (parts.size() != size + 1) {
    return InvalidField(field,
                        absl::StrCat(Shown(token), " is not a token of an earlier response"));
  }
  if (parts[0] != request) {
    return InvalidField(field, absl::StrCat(Shown(token),
                                            " belongs to another request; the rest of "
                                            "the question must not change"));
  }
  parts.erase(parts.begin());
  return parts;
}

absl::Status DamagedToken(absl::string_view token, absl::string_view field) {
  return InvalidField(field, absl::StrCat(Shown(token), " is damaged"));
}

absl::StatusOr<int> PageSize(int32_t asked, int fallback, int max) {
  if (asked == 0) return fallback;
  if (asked > 0 && asked <= max) return asked;
  return InvalidField("page_size", absl::StrCat(asked, " is not between 0 and ", max));
}

}  // namespace proverlog
