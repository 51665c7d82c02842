#ifndef PROVERLOG_STORAGE_POSTGRES_ERROR_H_
#define PROVERLOG_STORAGE_POSTGRES_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace proverlog::postgres {

// The exception being handled as a status; call it in a catch block. The only place that knows
// libpqxx's exceptions and PostgreSQL's error codes. `doing` begins the message: "cannot <doing>".
//
//   UNAVAILABLE          no connection, shutting down, conflict with another transaction, out of
//                        space, memory or connections, a commit in doubt: try again
//   DEADLINE_EXCEEDED    cancelled by a time-out
//   FAILED_PRECONDITION  refused: password, rights, a database, table or column that is not there
//   INTERNAL             anything else: what is to be written is refused, what is read is damaged
absl::Status StatusFromException(absl::string_view doing);

// The same, but INVALID_ARGUMENT where the values are refused that are to be written: for who can
// go on without them.
absl::Status WriteStatusFromException(absl::string_view doing);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_ERROR_H_
