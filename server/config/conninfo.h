#ifndef PROVERLOG_SERVER_CONFIG_CONNINFO_H_
#define PROVERLOG_SERVER_CONFIG_CONNINFO_H_

#include <optional>
#include <string>

namespace proverlog {

// How to connect to a database, as it may be shown: what libpq reads from a URL or from key=value
// pairs, as such pairs, with *** for passwords. Nothing where libpq cannot read it: what it says
// then may have a password in it.
std::optional<std::string> WithoutSecrets(const std::string& conninfo);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_CONFIG_CONNINFO_H_
