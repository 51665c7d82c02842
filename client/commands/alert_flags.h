#ifndef PROVERLOG_CLIENT_COMMANDS_ALERT_FLAGS_H_
#define PROVERLOG_CLIENT_COMMANDS_ALERT_FLAGS_H_

#include <google/protobuf/map.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proverlog/v1/alert.grpc.pb.h"

namespace proverlog {

// What the commands of alerts have in common.

using AlertStub = v1::AlertService::Stub;

// --match, of labels. What it reads is in the request when ReadMatch is called.
CLI::Option* AddMatchFlag(CLI::App* command, std::vector<std::string>* match,
                          const std::string& what);
// Of LABEL=VALUE each. INVALID_ARGUMENT for anything else, and for a label that is there twice.
absl::Status ReadMatch(const std::vector<std::string>& match,
                       google::protobuf::Map<std::string, std::string>& labels);

// Who says it: the flag's value, else the account's name. INVALID_ARGUMENT where it has none.
absl::StatusOr<std::string> ReadWho(absl::string_view flag, const std::string& value);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_ALERT_FLAGS_H_
