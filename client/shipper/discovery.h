#ifndef PROVERLOG_CLIENT_SHIPPER_DISCOVERY_H_
#define PROVERLOG_CLIENT_SHIPPER_DISCOVERY_H_

#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/shipper/file_tail.h"
#include "client/shipper/log_labels.h"

namespace proverlog {

// A log's file.
struct FoundLog {
  std::string path;
  FileIdentity identity;

  friend bool operator==(const FoundLog& a, const FoundLog& b) = default;
  friend bool operator<(const FoundLog& a, const FoundLog& b) {
    return std::tie(a.path, a.identity) < std::tie(b.path, b.identity);
  }
};

// The logs that the paths and globs lead to now, by path; each file once. Files that are
// compressed, or rotated siblings of others that were found, are no logs of their own.
std::vector<FoundLog> FindLogs(const std::vector<std::string>& patterns);

// Whether the file is called as compressed ones are.
bool IsCompressed(absl::string_view name);

// What a log is called: a container's as container_path.h says, others are `machine`'s and called
// after their file.
LogLabels LabelsOf(const std::string& path, const std::string& machine);

// The files beside the log that were it before they were rotated (x.log.1, x.log-20261121.gz), the
// latest first.
std::vector<FoundLog> FindRotated(const std::string& path);

// The directories in which logs of the pattern may appear: that of its files, and every one above
// that a wildcard has to be found in.
std::vector<std::string> DirectoriesOf(const std::string& pattern);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_DISCOVERY_H_
