#ifndef PROVERLOG_SERVER_CONFIG_CONFIGURATION_H_
#define PROVERLOG_SERVER_CONFIG_CONFIGURATION_H_

#include <map>
#include <string>
#include <vector>

#include "server/config/config.h"
#include "server/config/settings.h"

namespace proverlog {

// Variables by name.
using Environment = std::map<std::string, std::string>;

// A setting as it is.
struct SettingValue {
  const Setting* setting = nullptr;
  std::string text;    // as it was written; empty: not set
  std::string origin;  // "--max-streams", "PROVERLOG_MAX_STREAMS", "FILE:LINE" or "default"
};

// All that proverlogd is told, and by whom.
struct Configuration {
  Config config;                     // to be used where there is no fault
  std::vector<SettingValue> values;  // of all settings, in their order
  std::vector<std::string> faults;   // "ORIGIN: what is wrong", without secrets
};

// Reads the file that --config or PROVERLOG_CONFIG names, and unites what there is: a flag counts
// before a variable, a variable before the file. An empty variable is none. What is wrong is a
// fault also where something else counts in its place. `flags` has values by the settings' names.
Configuration ReadConfiguration(const std::map<std::string, std::string>& flags,
                                const Environment& environment);

// The variables PROVERLOG... that are no setting's, as far as nothing else is known to use them:
// "NAME is no setting of proverlogd".
std::vector<std::string> UnknownVariables(const Environment& environment);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_CONFIG_CONFIGURATION_H_
