#include "tests/testing_util/raw_http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace proverlog::testing_util {
namespace {

// Reads headers and body; what came, where the other end is gone before.
std::string ReadRequest(int fd) {
  const std::string kLength = "content-length: ";
  std::string request;
  std::array<char, 4096> buffer;
  for (;;) {
    const size_t end = request.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::string headers = absl::AsciiStrToLower(request.substr(0, end));
      const size_t at = headers.find(kLength);
      size_t length = 0;
      if (at != std::string::npos) {
        const absl::string_view rest = absl::string_view(headers).substr(at + kLength.size());
        EXPECT_TRUE(absl::SimpleAtoi(rest.substr(0, rest.find('\r')), &length));
      }
      if (request.size() >= end + 4 + length) return request;
    }
    const ssize_t size = read(fd, buffer.data(), buffer.size());
    if (size <= 0) return request;
    request.append(buffer.data(), static_cast<size_t>(size));
  }
}

void WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(size));
  }
}

}  // namespace

RawHttpServer::RawHttpServer(std::optional<std::string> answer) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), size), 0);
  EXPECT_EQ(listen(listener_, 16), 0);
  EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

RawHttpServer::~RawHttpServer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
  for (const int fd : hanging_) close(fd);
}

std::string RawHttpServer::url() const { return absl::StrCat("http://127.0.0.1:", port_); }

void RawHttpServer::SetAnswer(std::optional<std::string> answer) {
  absl::MutexLock lock(&mutex_);
  answer_ = std::move(answer);
}

std::vector<std::string> RawHttpServer::requests() {
  absl::MutexLock lock(&mutex_);
  return requests_;
}

void RawHttpServer::Run() {
  for (;;) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    std::string request = ReadRequest(fd);
    std::optional<std::string> answer;
    {
      absl::MutexLock lock(&mutex_);
      requests_.push_back(std::move(request));
      answer = answer_;
    }
    if (!answer) {
      hanging_.push_back(fd);
      continue;
    }
    WriteAll(fd, *answer);
    close(fd);
  }
}

}  // namespace proverlog::testing_util
