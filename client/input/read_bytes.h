#ifndef PROVERLOG_CLIENT_INPUT_READ_BYTES_H_
#define PROVERLOG_CLIENT_INPUT_READ_BYTES_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace proverlog {

// Reads a log's raw bytes from an offset, at most `max` of them; empty where there are no more.
using ReadBytes = std::function<absl::StatusOr<std::string>(int64_t offset, size_t max)>;

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_INPUT_READ_BYTES_H_
