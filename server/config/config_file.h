#ifndef PROVERLOG_SERVER_CONFIG_CONFIG_FILE_H_
#define PROVERLOG_SERVER_CONFIG_CONFIG_FILE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace proverlog {

// A line of the configuration file that says something.
struct ConfigLine {
  int number = 0;  // from 1
  std::string key;
  std::string value;  // without the quotes
  std::string fault;  // what is wrong with the line, without its value; empty: nothing
};

// Reads the text of a configuration file, which is TOML (https://toml.io/en/v1.0.0) with nothing in
// it but comments and `key = value`, where a value is a string on one line, a whole number, true or
// false.
std::vector<ConfigLine> ParseConfigFile(absl::string_view text);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_CONFIG_CONFIG_FILE_H_
