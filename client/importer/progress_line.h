#ifndef PROVERLOG_CLIENT_IMPORTER_PROGRESS_LINE_H_
#define PROVERLOG_CLIENT_IMPORTER_PROGRESS_LINE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace proverlog {

// Tells on standard error how far a long task is: on a terminal in one line that changes, else in a
// line every few seconds. What is done quickly prints nothing. Not thread-safe.
class ProgressLine {
 public:
  ProgressLine(std::string what, int64_t total_bytes);
  // Clears the line.
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void Update(absl::string_view doing, int64_t done_bytes);

 private:
  std::string what_;
  int64_t total_bytes_;
  bool is_terminal_;
  bool printed_ = false;
  absl::Time next_;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_IMPORTER_PROGRESS_LINE_H_
