#include "server/normalize/read_ahead.h"

#include <exception>
#include <utility>

namespace proverlog {

absl::Status ReadAhead::Begin(const std::vector<PendingStream>& pending,
                              ProjectionTransaction& tx) {
  int64_t behind = 0;
  for (const PendingStream& stream : pending) behind += BytesBehind(stream);
  if (behind < kBytesAStep) return absl::OkStatus();
  auto streams = FetchStep(pending, tx);
  if (!streams.ok()) return streams.status();
  reading_ = std::async(std::launch::async, [index = index_, streams = *std::move(streams)] {
    return ReadStep(streams, index);
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
