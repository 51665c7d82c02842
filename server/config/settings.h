#ifndef PROVERLOG_SERVER_CONFIG_SETTINGS_H_
#define PROVERLOG_SERVER_CONFIG_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/config/config.h"

namespace proverlog {

// One thing that proverlogd can be told: by a flag, a variable of the environment, or a key of the
// configuration file.
struct Setting {
  absl::string_view name;        // "max-streams": the key; the flag has two dashes before it
  absl::string_view value_name;  // "N"; empty: of a switch, which is true or false
  absl::string_view fallback;    // the default, as one would write it; empty: not set
  absl::string_view help;
  // Reads a value that is not empty. INVALID_ARGUMENT says what is allowed: "a whole number".
  absl::Status (*read)(const std::string& text, Config& config);
  bool has_secrets = false;  // its value is not printed as it is
};

// All of them, in the order of --help.
const std::vector<Setting>& Settings();

// "PROVERLOG_MAX_STREAMS".
std::string VariableOf(const Setting& setting);
// "--max-streams".
std::string FlagOf(const Setting& setting);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_CONFIG_SETTINGS_H_
