#ifndef PROVERLOG_CLIENT_EXPLAIN_LOG_READER_H_
#define PROVERLOG_CLIENT_EXPLAIN_LOG_READER_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "analysis/epoch_collector.h"
#include "analysis/job_set.h"
#include "model/stream.h"
#include "model/version_evidence.h"
#include "normalizer/message_catalogue.h"
#include "normalizer/unknown_messages.h"

namespace proverlog {

// A log as `proverlog explain` has read it.
struct ExplainedLog {
  std::string name;  // its source, with the directories that tell it from others of that name
  std::string machine;
  StreamCounts counts;
  std::set<Writer> writers;      // whose messages are in it
  bool dates_are_known = false;  // false: only its times of day are
  std::string dating_remark;     // what is doubtful about the dates; empty where nothing is
  absl::Status damage;           // why it could not be read to its end
};

// Everything that several logs say together.
struct LogReading {
  std::vector<ExplainedLog> logs;
  JobSet jobs;
  EpochCollector epochs;
  VersionEvidence versions;
  UnknownMessages unknown;

  bool HasWriter(Writer writer) const;
};

// Reads the logs; "-" is standard input. Fails where one cannot be opened.
absl::StatusOr<LogReading> ReadLogs(const std::vector<std::string>& paths);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_EXPLAIN_LOG_READER_H_
