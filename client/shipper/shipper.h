#ifndef PROVERLOG_CLIENT_SHIPPER_SHIPPER_H_
#define PROVERLOG_CLIENT_SHIPPER_SHIPPER_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/shipper/discovery.h"
#include "client/shipper/file_watch.h"
#include "client/shipper/log_sender.h"
#include "client/shipper/rotated_logs.h"
#include "client/shipper/servers.h"
#include "client/shipper/ship_context.h"
#include "client/shipper/ship_status.h"
#include "client/shipper/stdin_spool.h"
#include "client/shipper/task_pool.h"

namespace proverlog {

struct ShipOptions {
  std::vector<std::string> servers;
  std::string prover;  // "": each log's path tells
  std::string machine;
  std::string time_zone;
  std::vector<std::string> patterns;  // paths and globs
  bool reads_stdin = false;
  size_t buffer_bytes = 0;  // of standard input
  OnFull on_full = OnFull::kBlock;
  int64_t max_rate = 0;  // bytes per second; 0: no limit
  bool once = false;     // ends when what is there is sent
  absl::Duration stop_timeout;
};

// Follows logs and sends them. The thread that runs it finds the logs and watches them; a TaskPool
// sends.
class Shipper {
 public:
  // `stop_fd` is readable when it is to stop, and again when it is to stop at once.
  Shipper(ShipOptions options, const Servers::Connect& connect, int stop_fd);
  ~Shipper();
  Shipper(const Shipper&) = delete;
  Shipper& operator=(const Shipper&) = delete;

  // Until it is stopped, or nothing is left to do. Returns whether everything was sent.
  bool Run();

 private:
  // A log's file, and what it is known by.
  struct Followed {
    std::string path;
    const FileTail* tail = nullptr;  // the sender's
    std::shared_ptr<LogSender> sender;
    int64_t size = 0;
    absl::Time grew_at;
  };

  // Looks for logs that appeared and vanished.
  void Rescan();
  void Follow(const FoundLog& found);
  // Tells once why a log is not followed.
  void Miss(const std::string& path, const std::string& why);
  void FollowStdin();
  void WatchDirectories();
  // Has a log that is not where it was let go of, when it is read and its writer has left it.
  void LetGo(Followed& followed);
  // Waits for a change; returns whether it is to stop.
  bool Wait(absl::Duration timeout);
  void TakeChanges();
  void TakeDone();
  void WakeStdin();
  bool IsDone() const;
  void ShowStatus();
  std::vector<std::shared_ptr<LogSender>> Senders() const;
  // Sends what is there, for a while. Returns whether that was all.
  bool Stop();

  const ShipOptions options_;
  const int stop_fd_;
  int wake_fd_;
  ShipStatus status_;
  std::atomic<int64_t> lines_sent_ = 0;
  std::atomic<int64_t> bytes_sent_ = 0;
  Servers servers_;
  StreamOwners owners_;
  RateLimit rate_;
  ShipContext context_;
  FileWatch watch_;
  absl::Time next_scan_ = absl::InfinitePast();
  bool has_scanned_ = false;
  bool missed_any_ = false;  // a path had no file when only what is there is sent
  bool any_failed_ = false;
  int times_found_ = 0;  // of the servers
  std::map<FileIdentity, Followed> followed_;
  std::map<std::string, FileIdentity> by_path_;        // the real one, as inotify tells it
  std::set<std::string> tried_;                        // paths whose failure has been told
  std::vector<std::shared_ptr<RotatedLogs>> rotated_;  // those that are not done
  std::shared_ptr<LogSender> stdin_sender_;
  StdinSpool* spool_ = nullptr;  // the sender's
  TaskPool pool_;                // the last: its threads use what is above
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_SHIPPER_H_
