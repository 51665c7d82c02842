#include "bench/ingest/raw_stream.h"

#include <cstdio>
#include <cstdlib>

#include "codec/zstd_frame.h"
#include "rpc/convert.h"

namespace proverlog::bench {

RawStream::RawStream(v1::LogIngestService::Stub* stub, const RawLog& log, absl::string_view head)
    : call_(stub->StreamLogs(&context_)) {
  v1::StreamLogsRequest hello;
  hello.mutable_hello()->set_prover(log.prover);
  hello.mutable_hello()->set_machine(log.machine);
  hello.mutable_hello()->set_source(log.source);
  hello.mutable_hello()->set_head(std::string(head.substr(0, 1024)));
  hello.mutable_hello()->set_size(static_cast<int64_t>(head.size()));
  Write(hello);
  Read();
  v1::StreamLogsRequest open;
  *open.mutable_open()->add_anchors() = ToProto(Anchor{0, log.begins_at, "UTC"});
  Write(open);
  Read();
}

RawStream::~RawStream() {
  context_.TryCancel();
  call_->Finish();
}

int64_t RawStream::Send(absl::string_view raw) {
  v1::StreamLogsRequest request;
  request.mutable_batch()->set_begin_offset(sent_);
  sent_ += static_cast<int64_t>(raw.size());
  request.mutable_batch()->set_end_offset(sent_);
  request.mutable_batch()->set_zstd(CompressFrame(raw));
  Write(request);
  return sent_;
}

int64_t RawStream::ReadAck() { return Read().ack().committed_offset(); }

void RawStream::Write(const v1::StreamLogsRequest& request) {
  if (!call_->Write(request)) Read();  // which says why
}

v1::StreamLogsResponse RawStream::Read() {
  v1::StreamLogsResponse response;
  if (call_->Read(&response)) return response;
  const grpc::Status status = call_->Finish();
  std::fprintf(stderr, "ingest_bench: the server ended a call: %s\n",
               status.error_message().c_str());
  std::exit(1);
}

}  // namespace proverlog::bench
