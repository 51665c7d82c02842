#ifndef PROVERLOG_SERVER_CONFIG_CHECK_CONFIG_H_
#define PROVERLOG_SERVER_CONFIG_CHECK_CONFIG_H_

#include <string>
#include <vector>

#include "server/config/configuration.h"

namespace proverlog {

// What would keep the service from starting with these settings, as far as it can be said without
// the database and without changing anything: the faults of the configuration, then those of what
// it names, the rules file, its receivers' secrets, PostgreSQL's programs. A line each.
std::vector<std::string> FindFaults(const Configuration& configuration);

// The settings, their values and where each comes from, as a table; without secrets.
std::string SettingsText(const Configuration& configuration);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_CONFIG_CHECK_CONFIG_H_
