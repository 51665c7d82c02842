#ifndef PROVERLOG_MODEL_TIME_H_
#define PROVERLOG_MODEL_TIME_H_

#include <cstdint>

namespace proverlog {

// An instant: milliseconds since 1970-01-01T00:00:00Z, the resolution of Aztec's logs.
using UnixMillis = int64_t;

// The difference of two instants.
using Millis = int64_t;

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_TIME_H_
