#include "client/importer/normalized.h"

#include <chrono>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

constexpr absl::Duration kNormalizedWithin = absl::Minutes(10);
constexpr absl::Duration kPollInterval = absl::Milliseconds(50);
constexpr std::chrono::seconds kCallDeadline{30};

absl::StatusOr<v1::LogStream> GetStream(v1::QueryService::StubInterface* stub,
                                        const AwaitedStream& awaited) {
  v1::GetStreamRequest request;
  request.set_prover(awaited.prover);
  request.set_stream_id(awaited.stream_id);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
  v1::GetStreamResponse response;
  const grpc::Status status = stub->GetStream(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  return response.stream();
}

}  // namespace

absl::StatusOr<v1::LogStream> AwaitNormalized(
    v1::QueryService::StubInterface* stub, const AwaitedStream& awaited, Sleeper* sleeper,
    const std::function<void(int64_t normalized_offset)>& on_progress) {
  const absl::Time deadline = sleeper->Now() + kNormalizedWithin;
  for (;;) {
    auto stream = GetStream(stub, awaited);
    if (!stream.ok()) return stream;
    const bool all_read = stream->normalized_offset() >= stream->committed_offset();
    if (awaited.sealed ? stream->sealed() : all_read) return stream;
    if (sleeper->Now() > deadline) {
      return absl::DeadlineExceededError(absl::StrCat("it is not read yet, only up to byte ",
                                                      stream->normalized_offset(),
                                                      "; proverlogd goes on with it"));
    }
    on_progress(stream->normalized_offset());
    sleeper->Sleep(kPollInterval);
  }
}

}  // namespace proverlog
