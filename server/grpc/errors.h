#ifndef PROVERLOG_SERVER_GRPC_ERRORS_H_
#define PROVERLOG_SERVER_GRPC_ERRORS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace proverlog {

// A status as a call ends with it: UNAVAILABLE says when to try again, and what is this program's
// own mistake (INTERNAL, UNKNOWN, DATA_LOSS) is logged.
grpc::Status FinishStatus(absl::Status status);

// The same of a call that brings logs. What the database refuses (FAILED_PRECONDITION: a password,
// a right) is mended there, and senders wait for that: UNAVAILABLE.
grpc::Status FinishIngest(const absl::Status& status);

// More calls wait than the server takes on.
absl::Status OverloadedError();

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_GRPC_ERRORS_H_
