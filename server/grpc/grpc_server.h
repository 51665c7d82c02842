#ifndef PROVERLOG_SERVER_GRPC_GRPC_SERVER_H_
#define PROVERLOG_SERVER_GRPC_GRPC_SERVER_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace proverlog {

// The listening gRPC server with the standard health service. It ends with this object: calls that
// are under way get a short while, then they are cancelled.
class GrpcServer {
 public:
  struct Options {
    std::string listen;  // host:port
    bool reflection = false;
  };

  // `services` outlive the server. UNAVAILABLE where the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(
      const Options& options, const std::vector<grpc::Service*>& services);
  ~GrpcServer();
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  // What the health service answers for all services.
  void SetServing(bool serving);

  // Where it listens, with the port that was taken.
  const std::string& address() const { return address_; }

 private:
  GrpcServer(std::unique_ptr<grpc::Server> server, std::string address);

  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_GRPC_GRPC_SERVER_H_
