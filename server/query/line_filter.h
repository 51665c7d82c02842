#ifndef PROVERLOG_SERVER_QUERY_LINE_FILTER_H_
#define PROVERLOG_SERVER_QUERY_LINE_FILTER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "model/log_level.h"
#include "normalizer/line_dater.h"
#include "proverlog/v1/lines.pb.h"

namespace proverlog {

// Which lines are wanted, by what they say and what they are of. A line of which no record is known
// has no level and no module.
class LineFilter {
 public:
  // INVALID_ARGUMENT with the field where a level is none, or a text too long.
  static absl::StatusOr<LineFilter> Create(v1::LogLevel level, const std::string& module,
                                           const std::string& text);

  bool Matches(const DatedLine& line) const;

  // The same for equal filters, without newlines: for tokens that belong to a request.
  std::string Id() const;

 private:
  LineFilter() = default;

  std::optional<LogLevel> level_;  // at least
  std::string module_;             // its beginning
  std::string text_;               // in lower case
};

// The filter that a request has in the fields of this name.
template <typename Request>
absl::StatusOr<LineFilter> FilterOf(const Request& request) {
  return LineFilter::Create(request.level(), request.module(), request.text());
}

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LINE_FILTER_H_
