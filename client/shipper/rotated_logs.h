#ifndef PROVERLOG_CLIENT_SHIPPER_ROTATED_LOGS_H_
#define PROVERLOG_CLIENT_SHIPPER_ROTATED_LOGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/sender/retry.h"
#include "client/shipper/log_labels.h"
#include "client/shipper/ship_context.h"
#include "client/shipper/ship_task.h"

namespace proverlog {

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

// At the start, finishes the files that a log was before it was rotated, the latest first. A file
// of which the server has everything may come after one that it has not: logs are sent in turns.
// What the server does not know is left alone: it may be older than all that was ever sent.
class RotatedLogs : public ShipTask {
 public:
  // `context` outlives it.
  RotatedLogs(const ShipContext* context, LogLabels labels, std::string path)
      : context_(context), labels_(std::move(labels)), path_(std::move(path)) {}
  ~RotatedLogs() override { context_->owners->Release(this); }

  std::optional<absl::Time> Run() override;
  bool HasCall() const override { return false; }
  void DropCall() override {}

 private:
  const ShipContext* context_;
  const LogLabels labels_;
  const std::string path_;  // of the log
  Backoff backoff_;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_ROTATED_LOGS_H_
