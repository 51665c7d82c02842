#include "server/grpc/errors.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

constexpr absl::Duration kRetryDelay = absl::Seconds(1);

}  // namespace

grpc::Status FinishStatus(absl::Status status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return ToGrpcStatus(WithRetryDelay(std::move(status), kRetryDelay));
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      spdlog::error("a call failed: {}", std::string(status.message()));
      break;
    default:
      break;
  }
  return ToGrpcStatus(status);
}

grpc::Status FinishIngest(const absl::Status& status) {
  return FinishStatus(absl::IsFailedPrecondition(status) ? absl::UnavailableError(status.message())
                                                         : status);
}

absl::Status OverloadedError() { return absl::UnavailableError("the server is busy; try again"); }

}  // namespace proverlog
