#ifndef PROVERLOG_CLIENT_IMPORTER_IMPORT_CALL_H_
#define PROVERLOG_CLIENT_IMPORTER_IMPORT_CALL_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/importer/log_importer.h"
#include "client/input/log_file.h"
#include "client/sender/stream_call.h"
#include "proverlog/v1/ingest.grpc.pb.h"

namespace proverlog {

// One call of StreamLogs that sends a log from what the server has of it to its end. Used once.
class ImportCall {
 public:
  // Everything outlives the call.
  ImportCall(v1::LogIngestService::StubInterface* stub, const ImportRequest& request, LogFile* log,
             const LogScan* scan, ImportResult* result);

  // Sends until everything is committed. `result` is kept up to date; its status is not set.
  absl::Status Run(const LogImporter::OnProgress& on_progress);

 private:
  // Finds the log among the server's streams, or makes a new one.
  absl::Status OpenStream();
  absl::StatusOr<v1::Hello> MakeHello();
  // The server's stream that has the same bytes as the log, where there is one.
  absl::StatusOr<std::optional<int64_t>> FindStream(const v1::Candidates& candidates);
  absl::Status SendLog(const LogImporter::OnProgress& on_progress);
  // A batch of the log; DATA_LOSS where it is shorter than it was.
  absl::StatusOr<std::string> ReadBatch(int64_t offset, size_t max);

  const ImportRequest& request_;
  LogFile* log_;
  const LogScan* scan_;
  ImportResult* result_;
  StreamCall call_;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_IMPORTER_IMPORT_CALL_H_
