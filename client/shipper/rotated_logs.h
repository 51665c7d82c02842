#ifndef PROVERLOG_CLIENT_SHIPPER_ROTATED_LOGS_H_
#define PROVERLOG_CLIENT_SHIPPER_ROTATED_LOGS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "client/sender/retry.h"
#include "client/shipper/discovery.h"
#include "client/shipper/log_labels.h"
#include "client/shipper/log_sender.h"
#include "client/shipper/rotated_file.h"
#include "client/shipper/ship_context.h"
#include "client/shipper/ship_task.h"

namespace proverlog {

// At the start, finishes the files that a log was before it was rotated, the latest first. A file
// of which the server has everything may come after one that it has not: logs are sent in turns.
// What the server does not know is left alone: it may be older than all that was ever sent. One
// that is still written is sent as it grows, and sealed when it has not grown for kQuietRotated.
//
// It waits until the log's own sender has its stream: the log may be rotated before that, and is
// then one of these files, or compressed to one. Taken for one, it would be sent twice.
class RotatedLogs : public ShipTask {
 public:
  // `context` outlives it. `path` is the log's, `sender` follows it.
  RotatedLogs(const ShipContext* context, LogLabels labels, std::string path,
              std::shared_ptr<const LogSender> sender)
      : context_(context),
        labels_(std::move(labels)),
        path_(std::move(path)),
        sender_(std::move(sender)),
        file_(*context, labels_, this, std::nullopt),
        is_behind_(!FindRotated(path_).empty()) {}
  ~RotatedLogs() override { context_->owners->Release(this); }

  std::optional<absl::Time> Run() override;
  bool HasCall() const override { return file_.HasCall(); }
  void DropCall() override { file_.DropCall(); }

  // These by any thread.
  const std::string& path() const { return path_; }
  // Whether it has files that it has not looked at, or not sent to their ends.
  bool is_behind() const { return is_behind_; }
  // How much of the file that is sent is left, where that is known.
  int64_t bytes_left() const { return file_.bytes_left(); }
  // Whether the rest of a file cannot be sent; the user has been told.
  bool has_failed() const { return has_failed_; }

 private:
  const ShipContext* context_;
  const LogLabels labels_;
  const std::string path_;
  const std::shared_ptr<const LogSender> sender_;
  RotatedFile file_;
  Backoff backoff_;
  std::atomic<bool> is_behind_;
  std::atomic<bool> has_failed_ = false;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_ROTATED_LOGS_H_
