#ifndef PROVERLOG_NORMALIZER_LINE_SPLITTER_H_
#define PROVERLOG_NORMALIZER_LINE_SPLITTER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace proverlog {

// A line of a stream, without its line ending ("\n" or "\r\n").
struct Line {
  absl::string_view text;
  int64_t offset = 0;  // of its first byte in the stream
  bool cut = false;    // it is longer than kMaxLineBytes; text has the beginning
};

// A record is read by its first MiB; the archive has the whole line.
inline constexpr size_t kMaxLineBytes = size_t{1} << 20;

// Cuts a stream's bytes into lines, however the bytes are cut into pieces. Memory is bounded by
// kMaxLineBytes, time is linear. Not thread-safe.
class LineSplitter {
 public:
  // The line that has begun and not ended; all the state there is.
  struct Unfinished {
    std::string text;  // at most kMaxLineBytes
    int64_t offset = 0;
    bool cut = false;
  };

  // `offset` is the stream offset of the next byte to be fed.
  LineSplitter(int64_t offset, Unfinished unfinished)
      : offset_(offset), unfinished_(std::move(unfinished)) {}

  // Calls on_line(const Line&) for each line that ends within `bytes`. The line's text is valid
  // during the call.
  template <typename OnLine>
  void Feed(absl::string_view bytes, OnLine on_line) {
    while (!bytes.empty()) {
      const size_t end = bytes.find('\n');
      if (end == absl::string_view::npos) {
        Keep(bytes);
        return;
      }
      const absl::string_view head = bytes.substr(0, end);
      bytes.remove_prefix(end + 1);
      if (unfinished_.text.empty()) {
        on_line(MakeLine(head, offset_, head.size() > kMaxLineBytes));
        offset_ += static_cast<int64_t>(end + 1);
      } else {
        Keep(head);
        on_line(MakeLine(unfinished_.text, unfinished_.offset, unfinished_.cut));
        unfinished_ = {};
        ++offset_;
      }
    }
  }

  int64_t offset() const { return offset_; }
  const Unfinished& unfinished() const { return unfinished_; }
  // The unfinished line as if it ended here.
  Line UnfinishedLine() const {
    return MakeLine(unfinished_.text, unfinished_.offset, unfinished_.cut);
  }

 private:
  static Line MakeLine(absl::string_view text, int64_t offset, bool cut);
  void Keep(absl::string_view bytes);

  int64_t offset_;
  Unfinished unfinished_;
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_LINE_SPLITTER_H_
