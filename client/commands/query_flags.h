#ifndef PROVERLOG_CLIENT_COMMANDS_QUERY_FLAGS_H_
#define PROVERLOG_CLIENT_COMMANDS_QUERY_FLAGS_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "client/commands/command.h"
#include "client/commands/instant_flag.h"
#include "proverlog/v1/query.grpc.pb.h"
#include "rpc/convert.h"

namespace proverlog {

// What the commands that ask the server have in common.

using Stub = v1::QueryService::Stub;

// Prints an answer as text.
template <typename Response>
auto Show(std::string (*to_text)(const Response&)) {
  return [to_text](const Response& response) { std::fputs(to_text(response).c_str(), stdout); };
}

// The same of an answer that may lack what is known from the epochs' times.
template <typename Response>
auto Show(std::string (*to_text)(const Response&, bool timing_given), bool timing_given) {
  return [to_text, timing_given](const Response& response) {
    std::fputs(to_text(response, timing_given).c_str(), stdout);
  };
}

// The flags of a list; `limits` says how many rows there are without them and at most.
template <typename Request>
void AddPaging(CLI::App* command, const std::string& limits,
               const std::shared_ptr<Request>& request) {
  command->add_option_function<int32_t>(
      "--limit", [request](int32_t value) { request->set_page_size(value); },
      "At most this many (" + limits + ")");
  command->add_option_function<std::string>(
      "--page-token", [request](const std::string& value) { request->set_page_token(value); },
      "Go on where an earlier answer ended");
}

// The flags of a time. What they read is in the request when ReadWindow is called.
struct WindowFlags {
  std::string from;
  std::string to;
};
inline void AddWindowFlags(CLI::App* command, WindowFlags* window, const std::string& what) {
  command->add_option(
      "--from", window->from,
      what + " since then: \"2026-11-21 03:00\" (UTC) or 2026-11-21T04:00:00+01:00");
  command->add_option("--to", window->to, what + " before then");
}

// Sets start_time and end_time of a request, those that are given.
template <typename Request>
absl::Status ReadWindow(const WindowFlags& window, Request& request) {
  if (!window.from.empty()) {
    const auto from = ParseInstant("--from", window.from);
    if (!from.ok()) return from.status();
    *request.mutable_start_time() = ToProtoTimestamp(*from);
  }
  if (!window.to.empty()) {
    const auto to = ParseInstant("--to", window.to);
    if (!to.ok()) return to.status();
    *request.mutable_end_time() = ToProtoTimestamp(*to);
  }
  return absl::OkStatus();
}

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_QUERY_FLAGS_H_
