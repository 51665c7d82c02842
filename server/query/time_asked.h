#ifndef PROVERLOG_SERVER_QUERY_TIME_ASKED_H_
#define PROVERLOG_SERVER_QUERY_TIME_ASKED_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rpc/convert.h"
#include "storage/query_store.h"

namespace proverlog {

// INVALID_ARGUMENT in the field `end_time`, behind `prefix`, where both ends of the window are
// given and nothing is between them.
absl::Status CheckWindow(const EpochWindow& window, const std::string& prefix = "");

// start_time and end_time of a request, those that are given; as CheckWindow says.
template <typename Request>
absl::StatusOr<EpochWindow> ReadWindow(const Request& request, const std::string& prefix = "") {
  EpochWindow window;
  if (request.has_start_time()) window.begin = FromProtoTimestamp(request.start_time());
  if (request.has_end_time()) window.end = FromProtoTimestamp(request.end_time());
  if (auto status = CheckWindow(window, prefix); !status.ok()) return status;
  return window;
}

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_TIME_ASKED_H_
