#include "server/alerts/receiver_worker.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/alerts/receivers.h"
#include "server/alerts/retry.h"

namespace proverlog {
namespace {

// For what is queued without a word to this process: by another replica, which led before.
constexpr absl::Duration kPoll = absl::Seconds(5);
// Prometheus's; kAlertmanagerHold is four of them.
constexpr absl::Duration kRefresh = absl::Minutes(1);
// What is silenced is looked at again, for a silence can be ended.
constexpr absl::Duration kSilenceLook = absl::Minutes(1);
constexpr int kMaxDue = 500;
constexpr int kMaxFiring = 10'000;

constexpr int kRequestTimeout = 408;
constexpr int kTooEarly = 425;
constexpr int kTooManyRequests = 429;

std::string Explain(int status) {
  switch (status / 100) {
    case 3:
      return absl::StrCat("it answered ", status, ", and redirects are not followed");
    case 4:
      if (status == 401 || status == 403) {
        return absl::StrCat("it answered ", status, "; check its token and address");
      }
      [[fallthrough]];
    default:
      return absl::StrCat("it answered ", status);
  }
}

int MostTries(const std::vector<Delivery>& message) {
  int tries = 0;
  for (const Delivery& delivery : message) tries = std::max(tries, delivery.tries);
  return tries;
}

}  // namespace

ReceiverWorker::ReceiverWorker(Receiver receiver, std::unique_ptr<HttpTransport> transport,
                               DeliveryTools tools)
    : receiver_(std::move(receiver)), transport_(std::move(transport)), tools_(std::move(tools)) {
  tools_.metrics->AddReceiver(receiver_.name);
}

absl::Time ReceiverWorker::Round() {
  const absl::Time now = tools_.now();
  if (!tools_.leads()) {
    tools_.metrics->SetOldest(receiver_.name, absl::ZeroDuration());
    return now + kPoll;
  }
  const absl::Status status = now < not_before_ ? absl::OkStatus() : TellDue();
  if (!status.ok()) {
    spdlog::warn("alerts: receiver {}: {}", receiver_.name, std::string(status.message()));
  }
  absl::Time next = ReportWaiting();
  if (receiver_.protocol == AlertProtocol::kAlertmanager) next = std::min(next, refresh_at_);
  if (!status.ok()) next = now + kPoll;
  return std::min(std::max(next, not_before_), now + kPoll);
}

void ReceiverWorker::Stop() {
  stopped_ = true;
  transport_->Abort();
}

bool ReceiverWorker::GoesOn() const {
  return !stopped_ && tools_.now() >= not_before_ && tools_.leads();
}

absl::Status ReceiverWorker::TellDue() {
  auto due = TakeDue();
  if (!due.ok()) return due.status();
  for (const auto& message : GroupDeliveries(receiver_.protocol, *std::move(due))) {
    if (!GoesOn()) return absl::OkStatus();
    if (absl::Status status = Tell(message); !status.ok()) return status;
  }
  if (receiver_.protocol != AlertProtocol::kAlertmanager || !GoesOn()) return absl::OkStatus();
  return TellWhatStillFires();
}

absl::StatusOr<std::vector<Delivery>> ReceiverWorker::TakeDue() {
  const absl::Time now = tools_.now();
  auto due = tools_.outbox->Due(receiver_.name, absl::ToUnixMillis(now), kMaxDue);
  if (!due.ok()) return due.status();
  std::vector<Delivery> to_tell;
  std::vector<Delivery> dropped;
  std::vector<Delivery> held_back;
  for (Delivery& delivery : *due) {
    const bool fires = delivery.to_tell == AlertState::kFiring;
    std::vector<Delivery>& to = !fires && !delivery.told           ? dropped
                                : fires && delivery.silenced_until ? held_back
                                                                   : to_tell;
    to.push_back(std::move(delivery));
  }
  absl::Status status;
  if (!dropped.empty()) {
    status.Update(tools_.outbox->Drop(receiver_.name, dropped));
    tools_.metrics->Count(receiver_.name, "dropped", dropped.size());
  }
  for (const Delivery& delivery : held_back) {
    const absl::Time end =
        std::min(absl::FromUnixMillis(*delivery.silenced_until), now + kSilenceLook);
    status.Update(tools_.outbox->HoldBack(receiver_.name, {delivery}, absl::ToUnixMillis(end)));
  }
  if (!status.ok()) return status;
  return to_tell;
}

absl::Status ReceiverWorker::Tell(const std::vector<Delivery>& message) {
  if (absl::Status status = tools_.outbox->Sending(receiver_.name, message); !status.ok()) {
    return status;
  }
  // That may have taken so long that another replica leads, which tells it.
  if (!GoesOn()) return absl::OkStatus();
  Failure failure;
  if (Send(message, failure)) {
    tools_.metrics->Count(receiver_.name, "delivered", message.size());
    return tools_.outbox->Delivered(receiver_.name, message);
  }
  // What became of it is not known, and whoever goes on tells it again.
  if (stopped_) return absl::OkStatus();
  const absl::Time try_at = Postpone(failure, MostTries(message) + 1, message.size());
  return tools_.outbox->Failed(receiver_.name, message, absl::ToUnixMillis(try_at),
                               failure.surely_not_taken);
}

absl::Status ReceiverWorker::TellWhatStillFires() {
  if (tools_.now() < refresh_at_) return absl::OkStatus();
  auto firing = tools_.outbox->KnownToFire(receiver_.name, kMaxFiring);
  if (!firing.ok()) return firing.status();
  for (const auto& message : GroupDeliveries(receiver_.protocol, *std::move(firing))) {
    if (!GoesOn()) return absl::OkStatus();
    Failure failure;
    if (Send(message, failure) || stopped_) continue;
    Postpone(failure, 1, message.size());
    if (!failure.refused) return absl::OkStatus();
  }
  refresh_at_ = tools_.now() + kRefresh;
  return absl::OkStatus();
}

bool ReceiverWorker::Send(const std::vector<Delivery>& message, Failure& failure) {
  const auto answer =
      transport_->Post(MakePost(receiver_, message, absl::ToUnixMillis(tools_.now())));
  if (answer.ok() && answer->status / 100 == 2) {
    if (failures_ > 0) spdlog::info("alerts: receiver {} takes alerts again", receiver_.name);
    failures_ = 0;
    return true;
  }
  failure = Judge(answer);
  return false;
}

ReceiverWorker::Failure ReceiverWorker::Judge(const absl::StatusOr<PostAnswer>& answer) const {
  Failure failure;
  if (!answer.ok()) {
    failure.why = std::string(answer.status().message());
    failure.surely_not_taken = absl::IsUnavailable(answer.status());
    return failure;
  }
  const int status = answer->status;
  failure.why = Explain(status);
  failure.retry_after = ParseRetryAfter(answer->retry_after, tools_.now());
  const bool asks_to_wait =
      status == kRequestTimeout || status == kTooEarly || status == kTooManyRequests;
  failure.refused = status / 100 != 5 && !asks_to_wait;
  // What fails inside may have been done before.
  failure.surely_not_taken = status / 100 != 5;
  return failure;
}

absl::Time ReceiverWorker::Postpone(const Failure& failure, int tries, size_t alerts) {
  const absl::Time now = tools_.now();
  absl::Time try_at = now + std::max(Backoff(tries), failure.retry_after);
  if (!failure.refused) {
    ++failures_;
    not_before_ = now + std::max(Backoff(failures_), failure.retry_after);
    try_at = std::max(try_at, not_before_);
  }
  tools_.metrics->Count(receiver_.name, failure.refused ? "refused" : "failed", alerts);
  spdlog::warn("alerts: receiver {}: {}; {} alerts are told again in {}", receiver_.name,
               failure.why, alerts,
               absl::FormatDuration(absl::Ceil(try_at - now, absl::Seconds(1))));
  return try_at;
}

absl::Duration ReceiverWorker::Backoff(int failures) {
  return BackoffCeiling(failures) * tools_.random();
}

absl::Time ReceiverWorker::ReportWaiting() {
  const auto waiting = tools_.outbox->WaitingFor(receiver_.name);
  if (!waiting.ok()) return absl::InfiniteFuture();
  const absl::Duration age =
      *waiting ? tools_.now() - absl::FromUnixMillis((*waiting)->since) : absl::ZeroDuration();
  tools_.metrics->SetOldest(receiver_.name, std::max(age, absl::ZeroDuration()));
  return *waiting ? absl::FromUnixMillis((*waiting)->try_at) : absl::InfiniteFuture();
}

}  // namespace proverlog
