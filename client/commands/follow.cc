#include "client/commands/follow.h"

#include <signal.h>

#include <cstdio>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "client/commands/command.h"
#include "client/tail/follower.h"

namespace proverlog {
namespace {

constexpr timespec kSignalPoll{0, 100'000'000};

// Before there are other threads, so that none of them is interrupted.
sigset_t BlockEndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void Say(absl::string_view words) {
  std::fprintf(stderr, "proverlog: %.*s\n", static_cast<int>(words.size()), words.data());
}

}  // namespace

int FollowUntilSignal(const std::string& server, const ChannelCall& call) {
  const sigset_t signals = BlockEndSignals();
  const auto channel = Connect(server);
  Follower follower(
      server,
      [&](grpc::ClientContext& context, const std::function<void()>& heard) {
        return call(channel, context, heard);
      },
      {.on_lost =
           [](const absl::Status& status) {
             Say(absl::StrCat("the connection is lost, trying again: ", status.message()));
           },
       .on_back = [] { Say("the connection is back"); }});
  absl::Notification over;
  absl::Status status;
  std::thread thread([&] {
    status = follower.Run();
    over.Notify();
  });
  while (!over.HasBeenNotified()) {
    if (sigtimedwait(&signals, nullptr, &kSignalPoll) > 0) follower.Stop();
  }
  thread.join();
  return status.ok() ? kExitOk : Fail(status);
}

}  // namespace proverlog
