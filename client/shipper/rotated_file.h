#ifndef PROVERLOG_CLIENT_SHIPPER_ROTATED_FILE_H_
#define PROVERLOG_CLIENT_SHIPPER_ROTATED_FILE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/input/log_file.h"
#include "client/shipper/discovery.h"
#include "client/shipper/log_labels.h"
#include "client/shipper/servers.h"
#include "client/shipper/ship_context.h"

namespace proverlog {

// Who wrote a file when it was rotated may go on for so long after its last write.
inline constexpr absl::Duration kQuietRotated = absl::Seconds(5);

// Sends the rests of files that were rotated, compressed or not, one after another and in turns,
// and seals their streams, as far as the server knows them. Where `stream_id` is set, it must be
// that one, and its file is complete. Used by one thread at a time, but bytes_left() by any.
class RotatedFile {
 public:
  enum class Known {
    kNot,  // the server has nothing of it, or all; or another log of this process has its stream
    kFinished,  // it has now
    kDamaged,   // it has now what can be read; the user has been told
    kGrows,     // it has now what is there, and somebody may still write it
    kMore,      // it has a turn's bytes more; its call stays open
  };
  // All outlive it. `owner` is whose the streams become, or are already.
  RotatedFile(const ShipContext& context, const LogLabels& labels, const void* owner,
              std::optional<int64_t> stream_id)
      : context_(context), labels_(labels), owner_(owner), stream_id_(stream_id) {}

  // Sends a turn's bytes of it. Fails as the server does.
  absl::StatusOr<Known> Finish(const FoundLog& log);
  // Whether there is nothing more to do about the file. Under another name it is looked at again:
  // the one that had this name may not have been looked at.
  bool IsDone(const FoundLog& log) const { return done_.count(log) > 0; }
  // How much of the file that is sent is left, where that is known: it is not of compressed ones.
  int64_t bytes_left() const { return bytes_left_; }

  bool HasCall() const { return call_.stream != nullptr; }
  // The next turn begins with asking the server again.
  void DropCall();

 private:
  absl::StatusOr<Known> SendOn(const FoundLog& log);
  // Finds the file's stream and opens it: kMore.
  absl::StatusOr<Known> Begin();
  std::optional<v1::Candidate> FindStream(const v1::Candidates& candidates);
  absl::StatusOr<Known> SendTurn();
  absl::StatusOr<Known> End();
  Known TakeDamage(const absl::Status& damage);
  // Whether somebody has written it just now.
  bool MayGrow() const;
  void TakeCommitted();

  const ShipContext& context_;
  const LogLabels& labels_;
  const void* owner_;
  const std::optional<int64_t> stream_id_;
  std::set<FoundLog> done_;
  std::set<int64_t> unsealed_;  // streams that it has sent something of
  FoundLog log_;                // the one that is sent
  std::unique_ptr<LogFile> file_;
  Servers::Call call_;
  int64_t committed_ = 0;
  std::atomic<int64_t> bytes_left_ = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_ROTATED_FILE_H_
