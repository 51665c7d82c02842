#include "client/shipper/shipper.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace proverlog {
namespace {

constexpr absl::Duration kScanInterval = absl::Seconds(1);
// A change rarely comes alone.
constexpr absl::Duration kSettle = absl::Milliseconds(20);
// Who wrote a rotated log has left it when its successor has something, and it has not grown for so
// long; nobody says so of a deleted one.
constexpr absl::Duration kQuietReplaced = absl::Seconds(5);
constexpr absl::Duration kQuietDeleted = absl::Seconds(15);

// Whether another file is at the path, and somebody writes it.
bool HasSuccessor(const std::string& path, const FileIdentity& identity) {
  const auto now = IdentifyFile(path);
  std::error_code error;
  return now && !(*now == identity) && std::filesystem::file_size(path, error) > 0;
}

std::string RestOf(const RotatedLogs& logs) {
  const int64_t bytes = logs.bytes_left();
  return absl::StrCat(logs.path(), ": its rotated files are not all sent",
                      bytes > 0 ? absl::StrCat("; ", bytes, " bytes of one are left") : "");
}

}  // namespace

Shipper::Shipper(ShipOptions options, const Servers::Connect& connect, int stop_fd)
    : options_(std::move(options)),
      stop_fd_(stop_fd),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      servers_(options_.servers, connect, [this](const std::string& text) { status_.Tell(text); }),
      rate_(options_.max_rate, RealSleeper()),
      context_{.prover = options_.prover,
               .time_zone = options_.time_zone,
               .servers = &servers_,
               .owners = &owners_,
               .rate = &rate_,
               .sleeper = RealSleeper(),
               .once = options_.once,
               .tell = [this](const std::string& text) { status_.Tell(text); },
               .lines_sent = &lines_sent_,
               .bytes_sent = &bytes_sent_},
      pool_([this] { eventfd_write(wake_fd_, 1); }) {}

Shipper::~Shipper() {
  pool_.Stop();
  stdin_sender_.reset();  // its thread writes to wake_fd_
  close(wake_fd_);
}

bool Shipper::Run() {
  if (options_.reads_stdin) FollowStdin();
  Rescan();
  while (!IsDone()) {
    if (Wait(std::max(absl::ZeroDuration(), next_scan_ - absl::Now()))) return Stop();
    TakeChanges();
    TakeDone();
    WakeStdin();
    if (absl::Now() >= next_scan_) Rescan();
    ShowStatus();
  }
  return !any_failed_ && !missed_any_;
}

void Shipper::FollowStdin() {
  auto spool = std::make_unique<StdinSpool>(STDIN_FILENO, options_.buffer_bytes, options_.on_full,
                                            [this] { eventfd_write(wake_fd_, 1); });
  spool_ = spool.get();
  stdin_sender_ = std::make_shared<LogSender>(&context_, LogLabels{options_.machine, "stdin"}, "",
                                              std::move(spool));
  pool_.Add(stdin_sender_);
}

void Shipper::Rescan() {
  const bool is_first = !std::exchange(has_scanned_, true);
  next_scan_ = absl::Now() + kScanInterval;
  if (!is_first && options_.once) return;
  WatchDirectories();
  std::set<FileIdentity> found;
  for (const FoundLog& log : FindLogs(options_.patterns)) {
    found.insert(log.identity);
    const auto known = followed_.find(log.identity);
    if (known == followed_.end()) {
      Follow(log);
    } else {
      known->second.path = log.path;
    }
  }
  if (is_first && found.empty() && !options_.patterns.empty()) {
    status_.Tell(options_.once ? "there is no such log" : "there is no such log yet");
    missed_any_ = options_.once;
  }
  const bool server_changed = times_found_ != servers_.times_found();
  times_found_ = servers_.times_found();
  for (auto& [identity, followed] : followed_) {
    if (found.count(identity) == 0) LetGo(followed);
    if (server_changed || followed.sender->HasWork()) pool_.Wake(followed.sender.get());
  }
}

void Shipper::WatchDirectories() {
  for (const std::string& pattern : options_.patterns) {
    for (const std::string& directory : DirectoriesOf(pattern)) watch_.Watch(directory);
  }
}

void Shipper::Miss(const std::string& path, const std::string& why) {
  if (!tried_.insert(path).second) return;
  status_.Tell(why);
  missed_any_ = missed_any_ || options_.once;
}

void Shipper::Follow(const FoundLog& found) {
  const LogLabels labels = LabelsOf(found.path, options_.machine);
  if (options_.prover.empty() && labels.prover.empty()) {
    Miss(found.path, absl::StrCat(found.path,
                                  " is not sent: its path does not tell whose it is;"
                                  " say so with --prover"));
    return;
  }
  auto tail = FileTail::Open(found.path);
  if (!tail.ok()) {
    Miss(found.path, std::string(tail.status().message()));
    return;
  }
  // What is there now may be another file than the one that was found.
  if ((*tail)->identity() != found.identity) return;
  std::error_code error;
  const auto real = std::filesystem::canonical(found.path, error);
  watch_.Watch(real.parent_path().string());
  by_path_[real.string()] = found.identity;
  // What was here before is followed, or its sender would not have been let go.
  const bool is_first = absl::c_none_of(
      followed_, [&](const auto& entry) { return entry.second.path == found.path; });
  Followed& followed = followed_[found.identity];
  followed = {found.path, tail->get(), nullptr, 0, absl::Now()};
  followed.sender = std::make_shared<LogSender>(&context_, labels, found.path, *std::move(tail));
  if (options_.once) followed.sender->RequestFinish();
  pool_.Add(followed.sender);
  if (!is_first) return;
  rotated_.push_back(std::make_shared<RotatedLogs>(&context_, labels, found.path, followed.sender));
  pool_.Add(rotated_.back());
}

void Shipper::LetGo(Followed& followed) {
  const int64_t size = followed.sender->log().Size();
  if (size != followed.size) followed.grew_at = absl::Now();
  followed.size = size;
  const absl::Duration quiet = absl::Now() - followed.grew_at;
  const bool is_replaced = HasSuccessor(followed.path, followed.tail->identity());
  if ((is_replaced && quiet >= kQuietReplaced) ||
      (followed.tail->IsDeleted() && quiet >= kQuietDeleted)) {
    followed.sender->RequestFinish();
  }
}

bool Shipper::Wait(absl::Duration timeout) {
  std::array<pollfd, 3> fds = {pollfd{stop_fd_, POLLIN, 0}, pollfd{wake_fd_, POLLIN, 0},
                               pollfd{watch_.fd(), POLLIN, 0}};
  poll(fds.data(), fds.size(), static_cast<int>(absl::ToInt64Milliseconds(timeout)) + 1);
  if (fds[0].revents != 0) return true;
  if (fds[1].revents != 0 || fds[2].revents != 0) absl::SleepFor(kSettle);
  eventfd_t ignored = 0;
  eventfd_read(wake_fd_, &ignored);
  return false;
}

void Shipper::TakeChanges() {
  const FileWatch::Changes changes = watch_.Take();
  if (changes.moved) next_scan_ = absl::InfinitePast();
  for (const std::string& path : changes.written) {
    const auto known = by_path_.find(path);
    if (known == by_path_.end()) continue;
    const auto followed = followed_.find(known->second);
    if (followed != followed_.end()) pool_.Wake(followed->second.sender.get());
  }
}

void Shipper::TakeDone() {
  for (const std::shared_ptr<ShipTask>& task : pool_.TakeDone()) {
    if (task == stdin_sender_) {
      any_failed_ = any_failed_ || stdin_sender_->has_failed();
      spool_ = nullptr;
      stdin_sender_.reset();
    }
    std::erase_if(rotated_, [&](const auto& logs) {
      any_failed_ = any_failed_ || (logs == task && logs->has_failed());
      return logs == task;
    });
    const auto ended = std::find_if(followed_.begin(), followed_.end(),
                                    [&](const auto& entry) { return entry.second.sender == task; });
    if (ended == followed_.end()) continue;
    any_failed_ = any_failed_ || ended->second.sender->has_failed();
    // One that was given up stays known, so that it is not begun again.
    if (ended->second.sender->has_failed()) continue;
    std::erase_if(by_path_, [&](const auto& entry) { return entry.second == ended->first; });
    followed_.erase(ended);
  }
}

void Shipper::WakeStdin() {
  if (stdin_sender_ == nullptr) return;
  if (spool_->HasEnded()) stdin_sender_->RequestFinish();
  if (stdin_sender_->HasWork()) pool_.Wake(stdin_sender_.get());
}

bool Shipper::IsDone() const {
  if (stdin_sender_ != nullptr) return false;
  const auto failed = [](const auto& entry) { return entry.second.sender->has_failed(); };
  const bool none_left = std::all_of(followed_.begin(), followed_.end(), failed);
  if (!none_left) return false;
  if (options_.once || options_.patterns.empty()) return rotated_.empty();
  return !followed_.empty();
}

std::vector<std::shared_ptr<LogSender>> Shipper::Senders() const {
  std::vector<std::shared_ptr<LogSender>> senders;
  if (stdin_sender_ != nullptr) senders.push_back(stdin_sender_);
  for (const auto& [identity, followed] : followed_) {
    if (!followed.sender->has_failed()) senders.push_back(followed.sender);
  }
  return senders;
}

void Shipper::ShowStatus() {
  ShipFigures figures;
  figures.bytes_sent = bytes_sent_;
  figures.lines_sent = lines_sent_;
  for (const auto& sender : Senders()) {
    ++figures.files;
    figures.bytes_behind += std::max(int64_t{0}, sender->log().Size() - sender->committed());
  }
  for (const auto& logs : rotated_) figures.bytes_behind += logs->bytes_left();
  status_.Show(figures);
}

bool Shipper::Stop() {
  signalfd_siginfo taken{};
  (void)!read(stop_fd_, &taken, sizeof(taken));
  if (spool_ != nullptr) spool_->Stop();
  const absl::Time deadline = absl::Now() + options_.stop_timeout;
  std::vector<std::pair<std::shared_ptr<LogSender>, int64_t>> targets;
  for (const auto& sender : Senders()) targets.emplace_back(sender, sender->log().Size());
  const auto is_behind = [](const auto& target) { return target.first->is_behind(target.second); };
  const auto has_rest = [](const auto& logs) { return logs->is_behind(); };
  while (absl::Now() < deadline &&
         (stdin_sender_ != nullptr || absl::c_any_of(rotated_, has_rest) ||
          absl::c_any_of(targets, is_behind))) {
    for (const auto& [sender, size] : targets) pool_.Wake(sender.get());
    if (Wait(absl::Milliseconds(20))) break;
    TakeDone();
    WakeStdin();
  }
  servers_.CancelAll();
  pool_.Stop();
  TakeDone();
  for (const auto& logs : rotated_) {
    if (logs->is_behind()) status_.Tell(RestOf(*logs));
  }
  for (const auto& [sender, size] : targets) {
    if (!is_behind(std::pair(sender, size))) continue;
    const int64_t bytes = size - sender->committed();
    status_.Tell(absl::StrCat(
        sender->log().name(), ": ",
        bytes > 0 ? absl::StrCat(bytes, " bytes are not sent") : "its copy is not all sent"));
  }
  return absl::c_none_of(targets, is_behind) && absl::c_none_of(rotated_, has_rest) && !any_failed_;
}

}  // namespace proverlog
