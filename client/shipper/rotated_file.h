#ifndef PROVERLOG_CLIENT_SHIPPER_ROTATED_FILE_H_
#define PROVERLOG_CLIENT_SHIPPER_ROTATED_FILE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/input/read_bytes.h"
#include "client/sender/stream_call.h"
#include "client/shipper/log_labels.h"
#include "client/shipper/ship_context.h"

namespace proverlog {

// Who wrote a file when it was rotated may go on for so long after its last write.
inline constexpr absl::Duration kQuietRotated = absl::Seconds(5);

// Sends the rest of a file that was rotated, compressed or not, and seals its stream, as far as the
// server knows the stream. Where `stream_id` is set, it must be that one.
class RotatedFile {
 public:
  enum class Known {
    kNot,  // the server has nothing of it, or all; or another log of this process has its stream
    kFinished,  // it has now
    kGrows,     // it is too early: somebody may still write it
  };
  // All outlive it. `owner` is whose the stream becomes, or is already.
  RotatedFile(const ShipContext& context, const LogLabels& labels, const void* owner,
              std::optional<int64_t> stream_id)
      : context_(context), labels_(labels), owner_(owner), stream_id_(stream_id) {}

  // Fails as the server does.
  absl::StatusOr<Known> Finish(const std::string& path);

 private:
  absl::StatusOr<Known> FinishLog(StreamCall& call, const ReadBytes& read);
  std::optional<v1::Candidate> FindStream(const v1::Candidates& candidates, const ReadBytes& read);

  const ShipContext& context_;
  const LogLabels& labels_;
  const void* owner_;
  std::optional<int64_t> stream_id_;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_ROTATED_FILE_H_
