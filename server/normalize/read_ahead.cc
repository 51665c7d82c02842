#include "server/normalize/read_ahead.h"

#include <exception>
#include <utility>

namespace proverlog {

absl::Status ReadAhead::Begin(const std::vector<PendingStream>& pending,
                              ProjectionTransaction& tx) {
  int64_t behind = 0;
  for (const PendingStream& stream : pending) behind += BytesBehind(stream);
  if (behind < kBytesAStep) return absl::OkStatus();
  auto bytes = FetchStep(pending, kMostBytesAStep, tx);
  if (!bytes.ok()) return bytes.status();
  reading_ = std::async(std::launch::async, [index = index_, bytes = *std::move(bytes)]() mutable {
    return ReadStep(std::move(bytes), index);
  });
  return absl::OkStatus();
}

std::optional<StepReading> ReadAhead::Finish() {
  if (!reading_.valid()) return std::nullopt;
  try {
    auto reading = reading_.get();
    if (reading.ok()) return *std::move(reading);
  } catch (const std::exception&) {  // of the parser
  }
  return std::nullopt;
}

}  // namespace proverlog
