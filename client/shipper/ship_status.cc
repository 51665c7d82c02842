#include "client/shipper/ship_status.h"

#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/format/human.h"

namespace proverlog {
namespace {

constexpr absl::Duration kTerminalInterval = absl::Seconds(1);
constexpr absl::Duration kLineInterval = absl::Minutes(1);
constexpr char kClearLine[] = "\r\x1b[K";

}  // namespace

ShipStatus::ShipStatus()
    : is_terminal_(isatty(STDERR_FILENO) == 1),
      next_(absl::Now() + (is_terminal_ ? kTerminalInterval : kLineInterval)),
      last_(absl::Now()) {}

ShipStatus::~ShipStatus() {
  if (shows_line_) std::fputs(kClearLine, stderr);
}

void ShipStatus::Tell(const std::string& text) {
  absl::MutexLock lock(&mutex_);
  std::fprintf(stderr, "%sproverlog: %s\n", shows_line_ ? kClearLine : "", text.c_str());
  shows_line_ = false;
}

void ShipStatus::Show(const ShipFigures& figures) {
  absl::MutexLock lock(&mutex_);
  const absl::Time now = absl::Now();
  if (now < next_) return;
  const double lines = static_cast<double>(figures.lines_sent - last_lines_);
  const auto rate = static_cast<int64_t>(lines / absl::ToDoubleSeconds(now - last_));
  const std::string text =
      absl::StrCat(Plural(figures.files, "log"), ", ", HumanBytes(figures.bytes_sent), " sent, ",
                   HumanBytes(figures.bytes_behind), " behind, ", HumanCount(rate), " lines/s");
  std::fprintf(stderr, "%s%s%s", is_terminal_ ? kClearLine : "proverlog: ", text.c_str(),
               is_terminal_ ? "" : "\n");
  shows_line_ = is_terminal_;
  next_ = now + (is_terminal_ ? kTerminalInterval : kLineInterval);
  last_ = now;
  last_lines_ = figures.lines_sent;
}

}  // namespace proverlog
