#include "server/query/line_filter.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/line_convert.h"

namespace proverlog {
namespace {

constexpr size_t kMaxTextAsked = 1024;

// Whether `text` has `lower`, which is in lower case, in any case.
bool HasText(absl::string_view text, absl::string_view lower) {
  const auto is_same = [](char a, char b) {
    return absl::ascii_tolower(static_cast<unsigned char>(a)) == b;
  };
  return std::search(text.begin(), text.end(), lower.begin(), lower.end(), is_same) != text.end();
}

}  // namespace

absl::StatusOr<LineFilter> LineFilter::Create(v1::LogLevel level, const std::string& module,
                                              const std::string& text) {
  LineFilter filter;
  filter.level_ = FromProto(level);
  if (level != v1::LOG_LEVEL_UNSPECIFIED && !filter.level_) {
    return InvalidField("level", absl::StrCat(static_cast<int>(level), " is not a level"));
  }
  if (module.size() > kMaxModule) {
    return InvalidField("module",
                        absl::StrCat("it has ", module.size(), " bytes, the most is ", kMaxModule));
  }
  if (text.size() > kMaxTextAsked) {
    return InvalidField(
        "text", absl::StrCat("it has ", text.size(), " bytes, the most is ", kMaxTextAsked));
  }
  filter.module_ = module;
  filter.text_ = absl::AsciiStrToLower(text);
  return filter;
}

bool LineFilter::Matches(const DatedLine& line) const {
  if (level_ && (line.record == nullptr || line.record->level < level_)) return false;
  if (!module_.empty() &&
      (line.record == nullptr || !absl::StartsWith(line.record->module, module_))) {
    return false;
  }
  return text_.empty() || HasText(line.line.text, text_);
}

std::string LineFilter::Id() const {
  return absl::StrCat(level_ ? LogLevelName(*level_) : "-", " ", absl::CHexEscape(module_), " ",
                      absl::CHexEscape(text_));
}

}  // namespace proverlog
