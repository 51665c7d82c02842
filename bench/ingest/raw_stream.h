#ifndef PROVERLOG_BENCH_INGEST_RAW_STREAM_H_
#define PROVERLOG_BENCH_INGEST_RAW_STREAM_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "model/time.h"
#include "proverlog/v1/ingest.grpc.pb.h"

namespace proverlog::bench {

// What a call of StreamLogs says of its log.
struct RawLog {
  std::string prover;
  std::string machine;
  std::string source;
  UnixMillis begins_at = 0;  // dates its first line
};

// One call of StreamLogs without a shipper around it: a new stream, batches as they are given, and
// when they are acknowledged. One thread may send while another one reads.
class RawStream {
 public:
  // `head` is how the log begins. The program ends where the server refuses.
  RawStream(v1::LogIngestService::Stub* stub, const RawLog& log, absl::string_view head);
  // Ends the call.
  ~RawStream();
  RawStream(const RawStream&) = delete;
  RawStream& operator=(const RawStream&) = delete;

  // Sends the log's next bytes as one batch; returns the offset behind them.
  int64_t Send(absl::string_view raw);
  // Waits for the next acknowledgement; returns the committed offset.
  int64_t ReadAck();

 private:
  void Write(const v1::StreamLogsRequest& request);
  v1::StreamLogsResponse Read();

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::StreamLogsRequest, v1::StreamLogsResponse>> call_;
  int64_t sent_ = 0;
};

}  // namespace proverlog::bench

#endif  // PROVERLOG_BENCH_INGEST_RAW_STREAM_H_
