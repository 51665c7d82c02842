#ifndef PROVERLOG_TESTS_TESTING_UTIL_RAW_HTTP_SERVER_H_
#define PROVERLOG_TESTS_TESTING_UTIL_RAW_HTTP_SERVER_H_

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace proverlog::testing_util {

// Takes requests with a Content-Length on a free port of 127.0.0.1, one after the other, and
// answers with whatever bytes it is told; then it closes the connection. Thread-safe.
class RawHttpServer {
 public:
  // nullopt: it never answers, and keeps the connection open.
  explicit RawHttpServer(std::optional<std::string> answer);
  ~RawHttpServer();
  RawHttpServer(const RawHttpServer&) = delete;
  RawHttpServer& operator=(const RawHttpServer&) = delete;

  // http://127.0.0.1:PORT
  std::string url() const;
  void SetAnswer(std::optional<std::string> answer);
  // What came so far, with the headers.
  std::vector<std::string> requests();

 private:
  void Run();

  int listener_ = -1;
  int port_ = 0;
  absl::Mutex mutex_;
  std::optional<std::string> answer_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mutex_);
  std::vector<int> hanging_;  // of the thread
  std::thread thread_;
};

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_RAW_HTTP_SERVER_H_
