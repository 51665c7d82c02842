#include "storage/postgres/connection_pool.h"

#include <libpq-fe.h>
#include <sys/socket.h>

#include <memory>
#include <pqxx/pqxx>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/error.h"

namespace proverlog::postgres {
namespace {

void AppendSetting(absl::string_view key, absl::string_view value, std::string& conninfo) {
  absl::StrAppend(&conninfo, key, "='", absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"'", "\\'"}}),
                  "' ");
}

// libpq's settings with ours added where the user gave none. They are part of the connection
// string because libpqxx may reconnect by itself, and would lose what was SET in a session.
absl::StatusOr<std::string> MakeConninfo(const PoolOptions& options) {
  // What libpq says of an error may have a password in it.
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
      PQconninfoParse(options.database.c_str(), nullptr), &PQconninfoFree);
  if (parsed == nullptr) {
    return absl::InvalidArgumentError(
        "the database URL is neither a PostgreSQL URL nor libpq's key=value pairs");
  }
  const std::string server_options =
      absl::StrCat("-c statement_timeout=", absl::ToInt64Milliseconds(options.statement_timeout),
                   " -c idle_in_transaction_session_timeout=60000 -c lock_timeout=10000"
                   // The rows of one statement of the normalizer stay in memory.
                   " -c work_mem=64MB");
  // Behind the user's, because Commit and ReadHash rely on them.
  constexpr absl::string_view kLastOptions = " -c client_min_messages=warning -c bytea_output=hex";
  const std::pair<absl::string_view, absl::string_view> defaults[] = {
      {"application_name", "proverlogd"}, {"client_encoding", "UTF8"},  {"connect_timeout", "5"},
      {"keepalives_idle", "10"},          {"keepalives_interval", "5"}, {"keepalives_count", "3"},
      {"tcp_user_timeout", "20000"},
  };
  std::string conninfo;
  for (const PQconninfoOption* o = parsed.get(); o->keyword != nullptr; ++o) {
    const absl::string_view key = o->keyword;
    if (key == "options") {
      AppendSetting(
          key, absl::StrCat(server_options, " ", o->val == nullptr ? "" : o->val, kLastOptions),
          conninfo);
    } else if (o->val != nullptr) {
      AppendSetting(key, o->val, conninfo);
    } else {
      for (const auto& [name, value] : defaults) {
        if (key == name) AppendSetting(key, value, conninfo);
      }
    }
  }
  return conninfo;
}

absl::Status Ending() { return absl::UnavailableError("the program is ending"); }

// So that the server's side does not wait on either. libpq waits without limit for a server that is
// reached and does not answer, so a thread of its own does it, which the program's end may cut off.
void CancelQueries(std::vector<std::shared_ptr<Connection>> connections, absl::Time deadline) {
  const auto done = std::make_shared<absl::Notification>();
  std::thread([connections = std::move(connections), done] {
    for (const auto& connection : connections) {
      try {
        connection->cancel_query();
      } catch (const std::exception&) {
        // The server is not there.
      }
    }
    done->Notify();
  }).detach();
  done->WaitForNotificationWithDeadline(deadline);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ConnectionPool>> ConnectionPool::Create(const PoolOptions& options) {
  auto conninfo = MakeConninfo(options);
  if (!conninfo.ok()) return conninfo.status();
  return std::unique_ptr<ConnectionPool>(new ConnectionPool(*std::move(conninfo), options.size));
}

ConnectionPool::ConnectionPool(std::string conninfo, int size)
    : conninfo_(std::move(conninfo)), free_(size) {}

ConnectionPool::~ConnectionPool() = default;

absl::StatusOr<ConnectionPool::Lease> ConnectionPool::Acquire(absl::Time deadline) {
  std::shared_ptr<Connection> connection;
  {
    absl::MutexLock lock(&mutex_);
    const auto some_free = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return free_ > 0 || aborted_;
    };
    if (!mutex_.AwaitWithDeadline(absl::Condition(&some_free), deadline)) {
      return absl::UnavailableError("all database connections are in use; try again");
    }
    if (aborted_) return Ending();
    --free_;
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  Lease lease(this, std::move(connection));
  if (absl::Status status = lease.Connect(); !status.ok()) return status;
  return lease;
}

void ConnectionPool::Cancel(const Connection* connection) {
  std::vector<std::shared_ptr<Connection>> found;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& lent : lent_) {
      if (lent.get() == connection) found.push_back(lent);
    }
  }
  CancelQueries(std::move(found), absl::InfinitePast());
}

int ConnectionPool::Abort(absl::Time deadline) {
  std::vector<std::shared_ptr<Connection>> lent;
  {
    absl::MutexLock lock(&mutex_);
    aborted_ = true;
    lent.assign(lent_.begin(), lent_.end());
  }
  const auto count = static_cast<int>(lent.size());
  // Before the sockets are shut: libpq cancels nothing of a connection that it knows to be lost.
  CancelQueries(std::move(lent), deadline);
  absl::MutexLock lock(&mutex_);
  for (const auto& connection : lent_) shutdown(connection->sock(), SHUT_RDWR);
  return count;
}

absl::Status ConnectionPool::Lend(const std::shared_ptr<Connection>& connection) {
  absl::MutexLock lock(&mutex_);
  if (aborted_) return Ending();
  lent_.insert(connection);
  return absl::OkStatus();
}

void ConnectionPool::TakeBack(const std::shared_ptr<Connection>& connection) {
  absl::MutexLock lock(&mutex_);
  lent_.erase(connection);
}

void ConnectionPool::GiveBack(std::shared_ptr<Connection> connection) {
  absl::MutexLock lock(&mutex_);
  ++free_;
  lent_.erase(connection);
  if (connection != nullptr) idle_.push_back(std::move(connection));
}

ConnectionPool::Lease::Lease(ConnectionPool* pool, std::shared_ptr<Connection> connection)
    : pool_(pool), connection_(std::move(connection)) {}

ConnectionPool::Lease::Lease(Lease&& other) noexcept
    : pool_(other.pool_), connection_(std::move(other.connection_)) {
  other.pool_ = nullptr;
}

ConnectionPool::Lease::~Lease() {
  if (pool_ != nullptr) pool_->GiveBack(std::move(connection_));
}

absl::Status ConnectionPool::Lease::Connect() {
  try {
    if (connection_ == nullptr) connection_ = std::make_shared<Connection>(pool_->conninfo_);
  } catch (...) {
    return StatusFromException("connect to the database");
  }
  return pool_->Lend(connection_);
}

void ConnectionPool::Lease::Discard() {
  pool_->TakeBack(connection_);
  connection_.reset();
}

}  // namespace proverlog::postgres
