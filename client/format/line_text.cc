#include "client/format/line_text.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/format/human.h"
#include "client/format/table.h"
#include "normalizer/json_line.h"

namespace proverlog {
namespace {

// A line may have a stack, or all of a block.
constexpr size_t kMaxWhole = 4096;

// "module: message" of a logger's JSON, what a runtime wrapped in its own, else the line.
std::string WordsOf(absl::string_view text) {
  JsonLineReader reader;
  const auto json = reader.Read(text);
  if (!json) return std::string(text);
  if (json->message.data() != nullptr) {
    return absl::StrCat(json->module, json->module.empty() ? "" : ": ", json->message);
  }
  const absl::string_view wrapped = absl::StripTrailingAsciiWhitespace(json->wrapped);
  return wrapped.empty() ? std::string(text) : WordsOf(std::string(wrapped));
}

}  // namespace

std::string QuotedText(const v1::LogLine& line, bool whole) {
  const std::string text =
      absl::StrCat(line.is_fact() ? "  > " : "    ", Printable(WordsOf(line.text())));
  return absl::StrCat(Shorten(text, whole ? kMaxWhole : kMaxLineWidth), "\n");
}

std::string LineText(const v1::DatedLine& line) {
  return absl::StrCat(line.has_time() ? HumanTime(line.time()) : "-", "  ", Printable(line.text()),
                      "\n");
}

std::string MissingText(const v1::StreamGap& gap) {
  const int64_t bytes = gap.end_offset() - gap.begin_offset();
  return absl::StrCat("-- ", bytes == 0 ? "lines are missing" : HumanBytes(bytes) + " are missing",
                      " here: ", HumanEnum(v1::GapReason_Name(gap.reason()), "GAP_REASON_"),
                      gap.detail().empty() ? "" : absl::StrCat(": ", Printable(gap.detail())),
                      "\n");
}

}  // namespace proverlog
