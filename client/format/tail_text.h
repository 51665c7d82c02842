#ifndef PROVERLOG_CLIENT_FORMAT_TAIL_TEXT_H_
#define PROVERLOG_CLIENT_FORMAT_TAIL_TEXT_H_

#include <cstdint>
#include <map>
#include <string>

#include "proverlog/v1/lines.pb.h"

namespace proverlog {

// Lines that come, as text for a terminal: each with its instant in UTC and, where several logs may
// come, its machine and source before it. Not thread-safe.
class TailText {
 public:
  explicit TailText(bool with_names) : with_names_(with_names) {}

  // The next response's lines.
  std::string Add(const v1::TailLinesResponse& response);

 private:
  const bool with_names_;
  std::map<int64_t, std::string> names_;  // of the streams, as they stand before a line
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_FORMAT_TAIL_TEXT_H_
