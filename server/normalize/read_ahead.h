#ifndef PROVERLOG_SERVER_NORMALIZE_READ_AHEAD_H_
#define PROVERLOG_SERVER_NORMALIZE_READ_AHEAD_H_

#include <future>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/normalize/step_reader.h"

namespace proverlog {

// Reads the next step of a projection in another thread while the last one is being written. Not
// thread-safe; `index` outlives it. Its end waits for the other thread's.
class ReadAhead {
 public:
  explicit ReadAhead(const MessageIndex* index) : index_(index) {}

  // Begins with the streams as they will be, if there is a whole step of them.
  absl::Status Begin(const std::vector<PendingStream>& pending, ProjectionTransaction& tx);

  // What was read, once; nothing where nothing was begun, or where it failed: it fails again where
  // it is read in its turn.
  std::optional<StepReading> Finish();

 private:
  const MessageIndex* index_;
  std::future<absl::StatusOr<StepReading>> reading_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_NORMALIZE_READ_AHEAD_H_
