#ifndef PROVERLOG_CLIENT_COMMANDS_FOLLOW_H_
#define PROVERLOG_CLIENT_COMMANDS_FOLLOW_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <memory>
#include <string>

namespace proverlog {

// One call on the channel, as Follower::OneCall.
using ChannelCall =
    std::function<grpc::Status(const std::shared_ptr<grpc::Channel>& channel,
                               grpc::ClientContext& context, const std::function<void()>& heard)>;

// Shows what the server says until a signal ends it; tells on standard error when the server is
// lost and when it is back. Returns the ExitCode. No other thread is there yet.
int FollowUntilSignal(const std::string& server, const ChannelCall& call);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_FOLLOW_H_
