#ifndef PROVERLOG_SERVER_CONFIG_CONNINFO_H_
#define PROVERLOG_SERVER_CONFIG_CONNINFO_H_

#include <optional>
#include <string>

#include "absl/status/status.h"

namespace proverlog {

// Looks for mistakes that no time mends, of what libpq is told of a database: a URL, or key=value
// pairs. INVALID_ARGUMENT says what is allowed, and nothing of the value, which may have a password
// in it: "a PostgreSQL URL ...".
absl::Status CheckConninfo(const std::string& conninfo);

// The same, as it may be shown where CheckConninfo finds nothing: what libpq reads, as key=value
// pairs, with *** for passwords. Nothing where libpq cannot read it.
std::optional<std::string> WithoutSecrets(const std::string& conninfo);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_CONFIG_CONNINFO_H_
