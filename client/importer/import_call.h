#ifndef PROVERLOG_CLIENT_IMPORTER_IMPORT_CALL_H_
#define PROVERLOG_CLIENT_IMPORTER_IMPORT_CALL_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/importer/log_importer.h"
#include "client/input/log_file.h"
#include "proverlog/v1/ingest.grpc.pb.h"

namespace proverlog {

// One call of StreamLogs that sends a log from what the server has of it to its end. Used once.
class ImportCall {
 public:
  // Everything outlives the call.
  ImportCall(v1::LogIngestService::StubInterface* stub, const ImportRequest& request, LogFile* log,
             const LogScan* scan, ImportResult* result);

  ~ImportCall();
  ImportCall(const ImportCall&) = delete;
  ImportCall& operator=(const ImportCall&) = delete;

  // Sends until everything is committed. `result` is kept up to date; its status is not set.
  absl::Status Run(const LogImporter::OnProgress& on_progress);

 private:
  // Finds the log among the server's streams, or makes a new one.
  absl::Status OpenStream();
  absl::Status SayHello();
  // The server's stream that has the same bytes as the log, where there is one.
  absl::StatusOr<std::optional<int64_t>> FindStream(const v1::Candidates& candidates);
  absl::Status SendBatches(const LogImporter::OnProgress& on_progress);
  absl::Status SendBatch(int64_t begin, int64_t& end);
  absl::Status ReceiveAck(const LogImporter::OnProgress& on_progress);
  absl::Status Seal(const LogImporter::OnProgress& on_progress);

  absl::Status Write(const v1::StreamLogsRequest& message);
  absl::StatusOr<v1::StreamLogsResponse> Read();
  // Reads to the end of the call; returns the server's status.
  absl::Status End();
  // Why the server ended the call before it should have.
  absl::Status Finish();

  const ImportRequest& request_;
  LogFile* log_;
  const LogScan* scan_;
  ImportResult* result_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriterInterface<v1::StreamLogsRequest, v1::StreamLogsResponse>>
      stream_;
  bool ended_ = false;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_IMPORTER_IMPORT_CALL_H_
