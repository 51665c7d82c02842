#include "tests/testing_util/tcp_gate.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace proverlog::testing_util {
namespace {

constexpr size_t kPieceBytes = 4096;

sockaddr_in Inet(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

// A socket that is connected to the address, or -1.
template <typename Address>
int ConnectTo(const Address& address, int family) {
  const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return fd;
  close(fd);
  return -1;
}

int ConnectTo(const std::string& target) {
  if (target[0] == '/') {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    target.copy(address.sun_path, sizeof(address.sun_path) - 1);
    return ConnectTo(address, AF_UNIX);
  }
  const size_t colon = target.rfind(':');
  int port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(target.substr(colon + 1), &port)) << target;
  return ConnectTo(Inet(target.substr(0, colon), port), AF_INET);
}

bool SendAll(int fd, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<size_t>(sent);
  }
  return true;
}

}  // namespace

struct TcpGate::Connection {
  Connection(int from_client, int to_target) : client(from_client), target(to_target) {
    // To close them is to reset them.
    const linger reset{1, 0};
    for (const int fd : {client, target}) {
      setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    }
  }
  ~Connection() {
    close(client);
    close(target);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Cut() const {
    shutdown(client, SHUT_RDWR);
    shutdown(target, SHUT_RDWR);
  }

  const int client;
  const int target;
};

TcpGate::TcpGate(std::string target) : target_(std::move(target)) {
  sockaddr_in address = Inet("127.0.0.1", 0);
  socklen_t size = sizeof(address);
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(listen(listener_, SOMAXCONN), 0);
  EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

TcpGate::~TcpGate() {
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  close(listener_);
  Cut();
  absl::MutexLock lock(&mutex_);
  const auto is_done = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return pumps_ == 0; };
  mutex_.Await(absl::Condition(&is_done));
}

std::string TcpGate::address() const { return absl::StrCat("127.0.0.1:", port_); }

void TcpGate::Cut() {
  absl::MutexLock lock(&mutex_);
  for (const auto& weak : connections_) {
    if (const auto connection = weak.lock()) connection->Cut();
  }
}

void TcpGate::Stall(absl::Duration duration) {
  absl::MutexLock lock(&mutex_);
  stalled_until_ = absl::Now() + duration;
}

void TcpGate::SetDelay(absl::Duration delay) {
  absl::MutexLock lock(&mutex_);
  delay_ = delay;
}

void TcpGate::Accept() {
  for (;;) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    const int target = ConnectTo(target_);
    if (target < 0) {
      close(client);
      continue;
    }
    const auto connection = std::make_shared<Connection>(client, target);
    absl::MutexLock lock(&mutex_);
    connections_.erase(std::remove_if(connections_.begin(), connections_.end(),
                                      [](const auto& weak) { return weak.expired(); }),
                       connections_.end());
    connections_.push_back(connection);
    pumps_ += 2;
    std::thread([=, this] { Pump(connection, client, target); }).detach();
    std::thread([=, this] { Pump(connection, target, client); }).detach();
  }
}

void TcpGate::Pump(std::shared_ptr<Connection> connection, int from, int to) {
  std::array<char, kPieceBytes> piece;
  for (;;) {
    const ssize_t size = recv(from, piece.data(), piece.size(), 0);
    if (size <= 0) break;
    absl::SleepFor(NextPieceAt() - absl::Now());
    if (!SendAll(to, piece.data(), static_cast<size_t>(size))) break;
  }
  connection->Cut();
  connection.reset();
  absl::MutexLock lock(&mutex_);
  --pumps_;
}

absl::Time TcpGate::NextPieceAt() {
  absl::MutexLock lock(&mutex_);
  return std::max(stalled_until_, absl::Now() + delay_);
}

}  // namespace proverlog::testing_util
