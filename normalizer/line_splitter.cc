#include "normalizer/line_splitter.h"

#include <algorithm>

#include "absl/strings/strip.h"

namespace proverlog {

Line LineSplitter::MakeLine(absl::string_view text, int64_t offset, bool cut) {
  text = text.substr(0, kMaxLineBytes);
  if (!cut) absl::ConsumeSuffix(&text, "\r");
  return Line{text, offset, cut};
}

void LineSplitter::Keep(absl::string_view bytes) {
  if (bytes.empty()) return;
  if (unfinished_.text.empty()) unfinished_.offset = offset_;
  const size_t room = kMaxLineBytes - unfinished_.text.size();
  unfinished_.text.append(bytes.data(), std::min(room, bytes.size()));
  unfinished_.cut = unfinished_.cut || bytes.size() > room;
  offset_ += static_cast<int64_t>(bytes.size());
}

}  // namespace proverlog
