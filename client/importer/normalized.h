#ifndef PROVERLOG_CLIENT_IMPORTER_NORMALIZED_H_
#define PROVERLOG_CLIENT_IMPORTER_NORMALIZED_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "client/sender/retry.h"
#include "proverlog/v1/query.grpc.pb.h"

namespace proverlog {

// What is waited for: that all bytes of a stream are normalized and, of a log that was sent whole,
// its last line without a newline too.
struct AwaitedStream {
  std::string prover;
  int64_t stream_id = 0;
  bool sealed = false;
};

// Waits, 10 minutes at most: then DEADLINE_EXCEEDED. Else fails as GetStream does.
absl::StatusOr<v1::LogStream> AwaitNormalized(
    v1::QueryService::StubInterface* stub, const AwaitedStream& awaited, Sleeper* sleeper,
    const std::function<void(int64_t normalized_offset)>& on_progress);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_IMPORTER_NORMALIZED_H_
