#ifndef PROVERLOG_SERVER_QUERY_POLLING_SOURCE_H_
#define PROVERLOG_SERVER_QUERY_POLLING_SOURCE_H_

#include <optional>

#include "absl/status/statusor.h"
#include "model/time.h"

namespace proverlog {

// What came of a turn of a source.
template <typename Response>
struct Turn {
  std::optional<Response> response;
  bool is_idle = false;  // nothing is left to do until more comes
};

// What is sent as it comes (PollingCall). Its turns are taken one after the other, by different
// threads.
template <typename Response>
class PollingSource {
 public:
  virtual ~PollingSource() = default;
  // It blocks on the database.
  virtual absl::StatusOr<Turn<Response>> Next(UnixMillis now) = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_POLLING_SOURCE_H_
