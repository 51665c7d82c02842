#ifndef PROVERLOG_CLIENT_SHIPPER_LOG_SENDER_H_
#define PROVERLOG_CLIENT_SHIPPER_LOG_SENDER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/sender/retry.h"
#include "client/sender/stream_call.h"
#include "client/shipper/growing_log.h"
#include "client/shipper/log_labels.h"
#include "client/shipper/rotated_file.h"
#include "client/shipper/ship_context.h"
#include "client/shipper/ship_task.h"

namespace proverlog {

// Sends one log as it grows: asks the server what it has, sends the rest, waits for more. Its call
// stays open meanwhile. A log that begins anew ends its stream and becomes another one.
//
// The functions of ShipTask are called by one thread at a time, the others by any.
class LogSender : public ShipTask {
 public:
  // `context` outlives it. `path` is where copies of a truncated log are beside; empty for a pipe.
  LogSender(const ShipContext* context, LogLabels labels, std::string path,
            std::unique_ptr<GrowingLog> log);
  ~LogSender() override { context_->owners->Release(this); }

  std::optional<absl::Time> Run() override;
  bool HasCall() const override {
    return call_ != nullptr || (copy_ != nullptr && copy_->HasCall());
  }
  void DropCall() override {
    call_.reset();
    if (copy_ != nullptr) copy_->DropCall();
  }

  // Ends the stream when what is there now is sent.
  void RequestFinish();
  bool is_finishing() const { return finish_at_ >= 0; }

  // Whether it has bytes, and has not found or made a stream for them yet.
  bool NeedsStream() const { return times_found_ < 0 && !has_failed_ && log_->Size() > 0; }
  // Whether a run has something to do: bytes, or to see what another server has.
  bool HasWork() const;
  int64_t committed() const { return committed_; }
  // Whether it has not sent so many bytes yet, or the end of what the log was before it began anew.
  bool is_behind(int64_t size) const { return !has_failed_ && (is_ending_ || committed_ < size); }
  // Whether it was given up; the user has been told why.
  bool has_failed() const { return has_failed_; }
  GrowingLog& log() const { return *log_; }

 private:
  absl::Status SendOn();
  // Finds the log among the server's streams, or makes a new one.
  absl::Status OpenStream(int64_t size);
  absl::StatusOr<std::optional<int64_t>> FindStream(const v1::Candidates& candidates, int64_t size);
  absl::StatusOr<bool> IsStream(const v1::Candidate& candidate);
  std::vector<Anchor> Anchors(int64_t size);
  // Sends a turn's bytes; other logs have their turn then.
  absl::Status SendTurn();
  absl::StatusOr<std::string> ReadPiece(int64_t offset, size_t max, int64_t& left);
  void TakeCommitted();
  absl::Status SendGap(const MissingBytes& missing);
  absl::Status SealAndClose();

  // Ends the stream of a log that has begun anew, in turns.
  absl::Status EndTruncated();
  absl::StatusOr<RotatedFile::Known> FinishFromCopy();
  // Ends the stream with a gap; whether the server has it.
  absl::StatusOr<bool> SealTruncated();

  std::optional<absl::Time> AfterError(const absl::Status& status);

  const ShipContext* context_;
  const LogLabels labels_;
  const std::string path_;
  const std::unique_ptr<GrowingLog> log_;
  std::shared_ptr<StreamCall> call_;
  std::unique_ptr<RotatedFile> copy_;  // while the log's stream is finished from it
  int attempt_ = 0;                    // the call's, at the servers
  std::string head_;
  std::optional<int64_t> stream_id_;
  absl::Status read_error_;
  Backoff backoff_;
  std::optional<absl::Time> next_;
  bool told_read_error_ = false;
  bool told_limit_ = false;
  bool is_cut_ = false;  // it was truncated, and the server has no stream that could say so

  std::atomic<int> times_found_ = -1;  // of the servers, when it was opened last
  std::atomic<int64_t> committed_ = 0;
  std::atomic<int64_t> finish_at_ = -1;  // the size up to which it is to be sent; -1: on and on
  std::atomic<bool> has_failed_ = false;
  std::atomic<bool> is_ending_ = false;  // the stream of a log that has begun anew
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_LOG_SENDER_H_
