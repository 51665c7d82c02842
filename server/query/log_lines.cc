#include "server/query/log_lines.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "storage/archive_range.h"

namespace proverlog {
namespace {

constexpr int64_t kReach = int64_t{64} << 10;
constexpr size_t kMaxLineRead = size_t{16} << 10;

// Cuts `bytes`, which begin at `begin` of the stream, into lines. A first piece that may be the
// end of a line is left out unless it begins the stream.
std::vector<ArchivedLine> SplitLines(absl::string_view bytes, int64_t begin) {
  std::vector<ArchivedLine> lines;
  size_t at = 0;
  if (begin > 0) {
    const size_t newline = bytes.find('\n');
    at = newline == absl::string_view::npos ? bytes.size() : newline + 1;
  }
  while (at < bytes.size()) {
    const size_t end = std::min(bytes.find('\n', at), bytes.size());
    absl::string_view text = bytes.substr(at, end - at);
    absl::ConsumeSuffix(&text, "\r");
    lines.push_back({begin + static_cast<int64_t>(at), std::string(text.substr(0, kMaxLineRead))});
    at = end + 1;
  }
  return lines;
}

absl::StatusOr<std::vector<ArchivedLine>> ReadLines(ArchiveReader& archive, const StreamKey& stream,
                                                    int64_t begin, int64_t end) {
  const auto bytes = ReadRange(archive, stream, begin, end);
  if (!bytes.ok()) return bytes.status();
  return SplitLines(*bytes, begin);
}

}  // namespace

absl::StatusOr<std::vector<ArchivedLine>> ReadLinesAround(ArchiveReader& archive,
                                                          const StreamKey& stream, int64_t offset,
                                                          int context) {
  const int64_t begin = std::max(int64_t{0}, offset - kReach);
  auto lines = ReadLines(archive, stream, begin, offset + kReach);
  if (!lines.ok()) return lines.status();
  const auto is_it = [&](const ArchivedLine& line) { return line.offset == offset; };
  auto found = std::find_if(lines->begin(), lines->end(), is_it);
  if (found == lines->end()) {
    const auto removed_until = archive.RemovedUntil(stream);
    if (!removed_until.ok()) return removed_until.status();
    if (offset < *removed_until) {
      return absl::NotFoundError(absl::StrCat("the line at ", offset, " of stream ",
                                              stream.stream_id, " was removed by --keep-logs"));
    }
    if (begin < *removed_until) {
      lines = ReadLines(archive, stream, *removed_until, offset + kReach);
      if (!lines.ok()) return lines.status();
      found = std::find_if(lines->begin(), lines->end(), is_it);
    }
  }
  if (found == lines->end()) return std::vector<ArchivedLine>{};
  const auto first = found - std::min<ptrdiff_t>(context, found - lines->begin());
  const auto last = found + std::min<ptrdiff_t>(context, lines->end() - found - 1);
  return std::vector<ArchivedLine>(first, last + 1);
}

}  // namespace proverlog
