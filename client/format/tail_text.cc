#include "client/format/tail_text.h"

#include "absl/strings/str_cat.h"
#include "client/format/line_text.h"
#include "client/format/table.h"

namespace proverlog {

std::string TailText::Add(const v1::TailLinesResponse& response) {
  for (const v1::LogStream& stream : response.streams()) {
    names_[stream.stream_id()] =
        with_names_
            ? absl::StrCat(Printable(absl::StrCat(stream.machine(), " ", stream.source())), " | ")
            : "";
  }
  std::string text;
  for (const v1::TailEntry& entry : response.entries()) {
    if (entry.has_line()) {
      absl::StrAppend(&text, names_[entry.line().stream_id()], LineText(entry.line()));
    } else {
      absl::StrAppend(&text, names_[entry.gap().stream_id()], MissingText(entry.gap().gap()));
    }
  }
  return text;
}

}  // namespace proverlog
