#include "client/shipper/servers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rpc/status.h"

namespace proverlog {

bool IsWorthTryingAgain(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kCancelled:
      return true;
    case absl::StatusCode::kAborted:
      return ReasonOf(status) != "FENCED";
    default:
      return HasRetryDelay(status);
  }
}

Servers::Servers(std::vector<std::string> addresses, Connect connect, Tell tell)
    : addresses_(std::move(addresses)), connect_(std::move(connect)), tell_(std::move(tell)) {
  absl::MutexLock lock(&mutex_);
  ConnectCurrent();
}

void Servers::ConnectCurrent() {
  stub_ = v1::LogIngestService::NewStub(connect_(addresses_[current_]));
}

Servers::Call Servers::NewCall() {
  absl::MutexLock lock(&mutex_);
  const auto has_ended = [](const std::weak_ptr<StreamCall>& call) { return call.expired(); };
  calls_.erase(std::remove_if(calls_.begin(), calls_.end(), has_ended), calls_.end());
  auto call = std::make_shared<StreamCall>(stub_.get());
  if (cancelled_) call->Cancel();
  calls_.push_back(call);
  return {std::move(call), attempt_};
}

void Servers::Report(int attempt, const absl::Status& status) {
  if (status.ok()) {
    Works(attempt);
  } else if (IsWorthTryingAgain(status) && !absl::IsAborted(status)) {
    Lost(attempt, status);
  }
}

void Servers::Works(int attempt) {
  absl::MutexLock lock(&mutex_);
  if (attempt != attempt_ || works_) return;
  works_ = true;
  ++times_found_;
  if (told_) tell_(absl::StrCat("sends to ", addresses_[current_], " again"));
  told_ = false;
}

void Servers::Lost(int attempt, const absl::Status& why) {
  absl::MutexLock lock(&mutex_);
  if (attempt != attempt_ || cancelled_) return;
  ++attempt_;
  works_ = false;
  if (!told_) {
    tell_(absl::StrCat(addresses_[current_], " does not take logs: ",
                       absl::string_view(why.message()), "; it is tried again until it does"));
  }
  told_ = true;
  if (addresses_.size() == 1) return;  // gRPC connects again by itself, or goes on with another
  current_ = (current_ + 1) % addresses_.size();
  ConnectCurrent();
}

int Servers::times_found() const {
  absl::MutexLock lock(&mutex_);
  return times_found_;
}

bool Servers::is_cancelled() const {
  absl::MutexLock lock(&mutex_);
  return cancelled_;
}

void Servers::CancelAll() {
  std::vector<std::weak_ptr<StreamCall>> calls;
  {
    absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    calls = calls_;
  }
  for (const auto& weak : calls) {
    if (const auto call = weak.lock()) call->Cancel();
  }
}

}  // namespace proverlog
