#ifndef PROVERLOG_SERVER_ALERTS_HTTP_TRANSPORT_H_
#define PROVERLOG_SERVER_ALERTS_HTTP_TRANSPORT_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/alerts/receiver.h"

namespace proverlog {

// A POST of JSON.
struct HttpPost {
  Secret url;
  Secret token;  // empty: none
  std::string body;
};

// What came back whole; of its body nothing is wanted.
struct PostAnswer {
  int status = 0;
  std::string retry_after;  // the header, or empty
};

// Sends requests, one at a time.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;

  // UNAVAILABLE: nothing was sent. UNKNOWN: it was sent, perhaps not whole, and what became of it
  // is not known. Nothing of the URL or the token is in the message.
  virtual absl::StatusOr<PostAnswer> Post(const HttpPost& post) = 0;
  // Ends what is under way, and lets nothing begin. May be called by any thread.
  virtual void Abort() = 0;
};

// HTTP/1.1, a connection for each request. It waits 5 seconds for the connection, 10 for each part
// of the answer, 20 for all of it; reads 64 KiB of it; follows no redirect; checks who answers to
// https:// by the system's certificates. SIGPIPE stays blocked in the threads that post.
class HttpClient : public HttpTransport {
 public:
  absl::StatusOr<PostAnswer> Post(const HttpPost& post) override;
  void Abort() override;

 private:
  absl::Mutex mutex_;
  bool aborted_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_HTTP_TRANSPORT_H_
