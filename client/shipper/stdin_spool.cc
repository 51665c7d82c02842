#include "client/shipper/stdin_spool.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "absl/time/clock.h"
#include "client/sender/stream_call.h"

namespace proverlog {
namespace {

constexpr size_t kReadBytes = size_t{64} << 10;

}  // namespace

StdinSpool::StdinSpool(int fd, size_t capacity, OnFull on_full, std::function<void()> on_change)
    : fd_(fd),
      capacity_(capacity),
      read_bytes_(std::min(kReadBytes, capacity / 4)),
      on_full_(on_full),
      on_change_(std::move(on_change)),
      stop_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      reader_([this] { ReadInput(); }) {}

StdinSpool::~StdinSpool() {
  Stop();
  reader_.join();
  close(stop_fd_);
}

void StdinSpool::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  eventfd_write(stop_fd_, 1);
}

bool StdinSpool::HasEnded() const {
  absl::MutexLock lock(&mutex_);
  return ended_;
}

bool StdinSpool::HasRoom() const { return stopped_ || buffered_ + read_bytes_ <= capacity_; }

bool StdinSpool::AwaitInput() {
  if (on_full_ == OnFull::kBlock) {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &StdinSpool::HasRoom));
  }
  std::array<pollfd, 2> fds = {pollfd{fd_, POLLIN, 0}, pollfd{stop_fd_, POLLIN, 0}};
  while (poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR) {
  }
  return fds[1].revents == 0;
}

void StdinSpool::ReadInput() {
  std::string piece(read_bytes_, '\0');
  while (AwaitInput()) {
    const ssize_t got = read(fd_, piece.data(), piece.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) break;
    Append(absl::string_view(piece.data(), static_cast<size_t>(got)));
    on_change_();
  }
  {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
  }
  on_change_();
}

void StdinSpool::Append(absl::string_view bytes) {
  absl::MutexLock lock(&mutex_);
  modified_at_ = absl::ToUnixMillis(absl::Now());
  const int64_t begin = size_;
  size_ += static_cast<int64_t>(bytes.size());
  if (buffered_ + bytes.size() > capacity_) return;  // dropped
  if (head_.size() < kHelloHeadBytes && begin == static_cast<int64_t>(head_.size())) {
    head_.append(bytes.data(), std::min(bytes.size(), kHelloHeadBytes - head_.size()));
  }
  buffered_ += bytes.size();
  const bool goes_on =
      !pieces_.empty() && pieces_.back().end() == begin && pieces_.back().bytes.size() < kReadBytes;
  if (!goes_on) pieces_.push_back({begin, ""});
  pieces_.back().bytes.append(bytes.data(), bytes.size());
}

int64_t StdinSpool::Size() {
  absl::MutexLock lock(&mutex_);
  return size_;
}

absl::StatusOr<std::string> StdinSpool::Read(int64_t offset, size_t max) {
  absl::MutexLock lock(&mutex_);
  if (offset < released_) {
    const auto from = std::min(static_cast<size_t>(offset), head_.size());
    return head_.substr(from, max);
  }
  std::string bytes;
  for (const Piece& piece : pieces_) {
    const int64_t at = offset + static_cast<int64_t>(bytes.size());
    if (piece.end() <= at) continue;
    if (piece.begin > at || bytes.size() == max) break;
    bytes.append(piece.bytes, static_cast<size_t>(at - piece.begin), max - bytes.size());
  }
  return bytes;
}

std::optional<MissingBytes> StdinSpool::MissingAt(int64_t offset) {
  absl::MutexLock lock(&mutex_);
  // The server had acknowledged what was released.
  if (offset < released_) return MissingBytes{released_, v1::GAP_REASON_LOST_BY_SERVER};
  int64_t end = size_;
  for (const Piece& piece : pieces_) {
    if (piece.end() <= offset) continue;
    if (piece.begin <= offset) return std::nullopt;
    end = piece.begin;
    break;
  }
  if (end <= offset) return std::nullopt;
  return MissingBytes{end, v1::GAP_REASON_DROPPED};
}

void StdinSpool::Release(int64_t offset) {
  absl::MutexLock lock(&mutex_);
  released_ = std::max(released_, offset);
  while (!pieces_.empty() && pieces_.front().begin < released_) {
    Piece& piece = pieces_.front();
    const int64_t done = std::min(released_, piece.end()) - piece.begin;
    buffered_ -= static_cast<size_t>(done);
    if (piece.begin + done < piece.end()) {
      piece.bytes.erase(0, static_cast<size_t>(done));
      piece.begin += done;
      return;
    }
    pieces_.pop_front();
  }
}

std::optional<UnixMillis> StdinSpool::ModifiedAt() {
  absl::MutexLock lock(&mutex_);
  return modified_at_;
}

}  // namespace proverlog
