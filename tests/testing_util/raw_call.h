#ifndef PROVERLOG_TESTS_TESTING_UTIL_RAW_CALL_H_
#define PROVERLOG_TESTS_TESTING_UTIL_RAW_CALL_H_

#include <grpcpp/support/status.h>

#include <string>

namespace proverlog::testing_util {

// Calls a method whose messages this project has no code for: sends one message of raw bytes and
// reads one. Debian has no package of gRPC's own services' messages (health, reflection).
struct RawResponse {
  grpc::Status status;
  std::string message;
};
RawResponse RawCall(const std::string& address, const std::string& method,
                    const std::string& message);

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_RAW_CALL_H_
