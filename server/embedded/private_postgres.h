#ifndef PROVERLOG_SERVER_EMBEDDED_PRIVATE_POSTGRES_H_
#define PROVERLOG_SERVER_EMBEDDED_PRIVATE_POSTGRES_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/embedded/data_directory.h"

namespace proverlog {

// A PostgreSQL that the service owns, in its data directory. It lives as long as this object; a
// keeper process restarts it when it dies, and stops it when the service dies, SIGKILL included.
class PrivatePostgres {
 public:
  // Makes the cluster where there is none, starts PostgreSQL and waits until it answers. Forks: to
  // be called before the process has threads.
  static absl::StatusOr<std::unique_ptr<PrivatePostgres>> Start(const std::string& data_dir);
  // How to connect, for libpq, to the one that another service runs in the data directory now;
  // nothing where none does, or where we may not see it.
  static std::optional<std::string> FindRunning(const std::string& data_dir);
  // Stops PostgreSQL and waits for it.
  ~PrivatePostgres();
  PrivatePostgres(const PrivatePostgres&) = delete;
  PrivatePostgres& operator=(const PrivatePostgres&) = delete;

  // How to connect, for libpq.
  const std::string& database() const { return database_; }
  // Whether the keeper gave up, or was killed: then PostgreSQL is gone for good.
  bool IsLost();

 private:
  explicit PrivatePostgres(std::unique_ptr<DataDirectory> directory)
      : directory_(std::move(directory)) {}

  absl::Status Launch(const std::string& bin);
  absl::Status AwaitReady();

  std::unique_ptr<DataDirectory> directory_;
  std::string database_;
  pid_t keeper_ = -1;
  int lifeline_ = -1;  // the keeper stops PostgreSQL when it is closed
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_EMBEDDED_PRIVATE_POSTGRES_H_
