#ifndef PROVERLOG_CLIENT_IMPORTER_LOG_IMPORTER_H_
#define PROVERLOG_CLIENT_IMPORTER_LOG_IMPORTER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/input/log_file.h"
#include "client/input/log_scan.h"
#include "client/sender/retry.h"
#include "model/stream.h"
#include "proverlog/v1/ingest.grpc.pb.h"

namespace proverlog {

struct ImportRequest {
  std::string prover;
  std::string machine;
  std::string source;
  std::vector<Anchor> anchors;
};

// What became of an import, also of one that failed.
struct ImportResult {
  absl::Status status;
  int64_t stream_id = 0;         // 0: it failed before a stream was open
  int64_t found_offset = 0;      // what the server had already
  int64_t committed_offset = 0;  // what it has now
  std::vector<Anchor> anchors;   // in force: the server's, where the log was there before
};

// Sends a whole log and waits for it to be committed. It keeps no state: the server says what it
// has, the log is checked against that, and the rest is sent. A lost connection, and a server that
// is without its database, are tried again, for 30 seconds without progress. Not thread-safe.
class LogImporter {
 public:
  // Told of the committed offset now and then.
  using OnProgress = std::function<void(int64_t committed_offset)>;

  LogImporter(v1::LogIngestService::StubInterface* stub, Sleeper* sleeper)
      : stub_(stub), sleeper_(sleeper) {}

  // `scan` is of `log`. The status is that of the server, or DATA_LOSS where the log is damaged:
  // then what comes before the damage is committed, but not sealed: the whole file may follow.
  ImportResult Import(const ImportRequest& request, LogFile& log, const LogScan& scan,
                      const OnProgress& on_progress);

 private:
  v1::LogIngestService::StubInterface* stub_;
  Sleeper* sleeper_;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_IMPORTER_LOG_IMPORTER_H_
