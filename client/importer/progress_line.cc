#include "client/importer/progress_line.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/format/human.h"

namespace proverlog {
namespace {

constexpr absl::Duration kTerminalInterval = absl::Milliseconds(200);
constexpr absl::Duration kLineInterval = absl::Seconds(3);
constexpr char kClearLine[] = "\r\x1b[K";

}  // namespace

ProgressLine::ProgressLine(std::string what, int64_t total_bytes)
    : what_(std::move(what)),
      total_bytes_(total_bytes),
      is_terminal_(isatty(STDERR_FILENO) == 1),
      next_(absl::Now() + (is_terminal_ ? kTerminalInterval : kLineInterval)) {}

ProgressLine::~ProgressLine() {
  if (is_terminal_ && printed_) std::fputs(kClearLine, stderr);
}

void ProgressLine::Update(absl::string_view doing, int64_t done_bytes) {
  const absl::Time now = absl::Now();
  if (now < next_) return;
  next_ = now + (is_terminal_ ? kTerminalInterval : kLineInterval);
  const int64_t percent = total_bytes_ == 0 ? 100 : done_bytes * 100 / total_bytes_;
  const std::string text = absl::StrCat(what_, ": ", doing, " ", HumanBytes(done_bytes), " of ",
                                        HumanBytes(total_bytes_), " (", percent, " %)");
  std::fprintf(stderr, "%s%s%s", is_terminal_ ? kClearLine : "", text.c_str(),
               is_terminal_ ? "" : "\n");
  printed_ = true;
}

}  // namespace proverlog
