#ifndef PROVERLOG_SERVER_EMBEDDED_DATA_DIRECTORY_H_
#define PROVERLOG_SERVER_EMBEDDED_DATA_DIRECTORY_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/embedded/account.h"

namespace proverlog {

// The directory that a service and its private PostgreSQL own:
//
//   DIR/lock          held while a service, or its PostgreSQL's keeper, lives
//   DIR/pg/           the cluster
//   DIR/postgres.log  what initdb and PostgreSQL say
class DataDirectory {
 public:
  // Makes the directory where it is missing and locks it. FAILED_PRECONDITION where another service
  // has it; one that was killed a moment ago is waited for until its PostgreSQL has stopped.
  static absl::StatusOr<std::unique_ptr<DataDirectory>> Lock(const std::string& path);
  // Whether a service has used the directory before.
  static bool HasCluster(const std::string& path);
  // Where the socket is of the PostgreSQL that works in the directory now; nothing where none does,
  // or none that we may see.
  static std::optional<std::string> FindSocketDirectory(const std::string& path);
  // The lock is released when the last process that inherited it has ended.
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string cluster_path() const { return path_ + "/pg"; }
  std::string log_path() const { return path_ + "/postgres.log"; }

  // Makes the cluster where there is none, and checks that PostgreSQL's version fits where there is
  // one. `bin` has PostgreSQL's programs.
  absl::Status PrepareCluster(const Account& account, const std::string& bin) const;

  // Stops a PostgreSQL that an earlier service left behind (its keeper was killed too).
  absl::Status StopOrphan() const;

 private:
  DataDirectory(std::string path, int lock_fd) : path_(std::move(path)), lock_fd_(lock_fd) {}

  std::string path_;
  int lock_fd_;
};

// Where PostgreSQL's programs are: the newest version under /usr/lib/postgresql, else those on the
// PATH. FAILED_PRECONDITION where there are none.
absl::StatusOr<std::string> FindPostgresPrograms();

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_EMBEDDED_DATA_DIRECTORY_H_
