#ifndef PROVERLOG_CLIENT_COMMANDS_LINE_FLAGS_H_
#define PROVERLOG_CLIENT_COMMANDS_LINE_FLAGS_H_

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "model/log_level.h"
#include "rpc/convert.h"

namespace proverlog {

// The flags of commands that list lines, for a request with the fields of these names.
template <typename Request>
void AddLineFilterFlags(CLI::App* command, const std::shared_ptr<Request>& request) {
  command
      ->add_option_function<std::string>(
          "--level",
          [request](const std::string& value) {
            request->set_level(ToProto(*ParseLogLevel(value)));
          },
          "Only lines of records of at least this level")
      ->check(CLI::IsMember({"trace", "debug", "verbose", "info", "warn", "error", "fatal"}));
  command->add_option_function<std::string>(
      "--module", [request](const std::string& value) { request->set_module(value); },
      "Only lines of modules that begin so, such as prover-client:");
  command->add_option_function<std::string>(
      "--text", [request](const std::string& value) { request->set_text(value); },
      "Only lines with this text, in upper or lower case");
}

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_LINE_FLAGS_H_
