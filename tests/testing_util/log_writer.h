#ifndef PROVERLOG_TESTS_TESTING_UTIL_LOG_WRITER_H_
#define PROVERLOG_TESTS_TESTING_UTIL_LOG_WRITER_H_

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"

namespace proverlog::testing_util {

// Writes three logs, a.log to c.log in a directory, in pieces of random size, and rotates them:
// a thread, from the beginning to Stop. The lines are real ones of JSON logs, which carry their own
// dates; every copy of a log is of other epochs and of another time. All files are kept.
//
// It rotates as an operator may whose shipper is killed now and then: only files of which the
// server has the beginning, copytruncate only those of which it has all, and always between lines.
class LogWriter {
 public:
  // `conninfo` is the server's database.
  LogWriter(std::string directory, std::string conninfo, uint32_t seed);
  ~LogWriter() { Stop(); }
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Ends every log with a whole line.
  void Stop();

  // For after Stop.
  int64_t bytes() const { return bytes_; }
  int renamed() const { return renamed_; }
  int copied_and_truncated() const { return copied_and_truncated_; }

 private:
  struct Log {
    std::string name;
    int number;         // which of the real logs
    std::string text;   // a copy of it
    size_t begin = 0;   // of what is not written yet
    int64_t size = 0;   // of the file that is written now
    int streams = 1;    // files that it was, with that one
    bool ends = false;  // the file is to be rotated
  };

  void Run();
  void Write(Log& log);
  void Append(Log& log, size_t size);
  void EndLine(Log& log);
  void Rotate(Log& log);
  std::string PathOf(const Log& log) const;

  const std::string directory_;
  const std::string conninfo_;
  std::mt19937 random_;
  std::vector<Log> logs_;
  int copies_ = 0;
  int64_t bytes_ = 0;
  int renamed_ = 0;
  int copied_and_truncated_ = 0;
  absl::Notification stop_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_LOG_WRITER_H_
