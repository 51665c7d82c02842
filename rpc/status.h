#ifndef PROVERLOG_RPC_STATUS_H_
#define PROVERLOG_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace proverlog {

// Errors on both ends of the wire. A status carries its details (google.rpc.BadRequest, ErrorInfo,
// RetryInfo) as payloads; they travel in gRPC's error details.

// A request's field is wrong: INVALID_ARGUMENT with BadRequest.
absl::Status InvalidField(absl::string_view field, absl::string_view description);

// An error with a reason for programs, e.g. ABORTED with "FENCED".
absl::Status WithReason(absl::Status status, absl::string_view reason,
                        const std::map<std::string, std::string>& metadata = {});
// The reason, or an empty text.
std::string ReasonOf(const absl::Status& status);

// Says when to try again.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);
bool HasRetryDelay(const absl::Status& status);

grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace proverlog

#endif  // PROVERLOG_RPC_STATUS_H_
