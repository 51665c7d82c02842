#include "server/alerts/http_transport.h"

#include <httplib.h>
#include <signal.h>

#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/alerts/http_url.h"
#include "version.h"

namespace proverlog {
namespace {

constexpr time_t kConnectSeconds = 5;
constexpr time_t kReadSeconds = 10;
constexpr absl::Duration kWholeLimit = absl::Seconds(20);
constexpr size_t kMaxAnswerBytes = size_t{64} << 10;

// The library writes to connections that the other end may have closed.
void BlockPipeSignal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

std::unique_ptr<httplib::ClientImpl> MakeClient(const HttpUrl& url) {
  std::unique_ptr<httplib::ClientImpl> client;
  if (url.tls) {
    client = std::make_unique<httplib::SSLClient>(url.host, url.port);
  } else {
    client = std::make_unique<httplib::ClientImpl>(url.host, url.port);
  }
  client->set_connection_timeout(kConnectSeconds);
  client->set_read_timeout(kReadSeconds);
  client->set_write_timeout(kReadSeconds);
  client->set_follow_location(false);
  client->set_keep_alive(false);
  // The path is as it was written.
  client->set_url_encode(false);
  return client;
}

bool NothingWasSent(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout:
    case httplib::Error::BindIPAddress:
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
      return true;
    default:
      return false;
  }
}

absl::Status ToStatus(httplib::Error error) {
  switch (error) {
    case httplib::Error::SSLServerVerification:
    case httplib::Error::SSLLoadingCerts:
      return absl::UnavailableError("its certificate is not trusted");
    case httplib::Error::SSLConnection:
      return absl::UnavailableError("it does not speak TLS");
    default:
      break;
  }
  if (NothingWasSent(error)) return absl::UnavailableError("it cannot be reached");
  return absl::UnknownError("it was reached, and gave no whole answer");
}

// Stops the client when it takes too long, or is told to.
class Watch {
 public:
  Watch(httplib::ClientImpl* client, absl::Mutex* mutex, const bool* aborted)
      : client_(client), mutex_(mutex), aborted_(aborted) {
    thread_ = std::thread([this] { Run(); });
  }
  ~Watch() {
    {
      absl::MutexLock lock(mutex_);
      done_ = true;
    }
    thread_.join();
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  void Run() {
    {
      absl::MutexLock lock(mutex_);
      mutex_->AwaitWithTimeout(absl::Condition(this, &Watch::IsOver), kWholeLimit);
      if (done_) return;
    }
    client_->stop();
  }
  bool IsOver() const { return done_ || *aborted_; }

  httplib::ClientImpl* client_;
  absl::Mutex* mutex_;
  const bool* aborted_;  // guarded by the mutex, as done_ is
  bool done_ = false;
  std::thread thread_;
};

httplib::Request MakeRequest(const HttpPost& post, const HttpUrl& url) {
  httplib::Request request;
  request.method = "POST";
  request.path = url.path;
  request.set_header("Host", url.authority);
  request.set_header("Content-Type", "application/json");
  request.set_header("User-Agent", absl::StrCat("proverlogd/", kVersion));
  if (!post.token.empty()) {
    request.set_header("Authorization", absl::StrCat("Bearer ", post.token.Reveal()));
  }
  request.body = post.body;
  return request;
}

}  // namespace

absl::StatusOr<PostAnswer> HttpClient::Post(const HttpPost& post) {
  const auto url = ParseHttpUrl(post.url.Reveal());
  if (!url.ok()) return url.status();
  {
    absl::MutexLock lock(&mutex_);
    if (aborted_) return absl::UnavailableError("the service ends");
  }
  BlockPipeSignal();
  const auto client = MakeClient(*url);
  PostAnswer answer;
  size_t bytes = 0;
  httplib::Request request = MakeRequest(post, *url);
  request.response_handler = [&](const httplib::Response& response) {
    answer.status = response.status;
    answer.retry_after = response.get_header_value("Retry-After");
    return true;
  };
  request.content_receiver = [&](const char* /*data*/, size_t size, uint64_t /*offset*/,
                                 uint64_t /*total*/) {
    bytes += size;
    return bytes <= kMaxAnswerBytes;
  };
  const Watch watch(client.get(), &mutex_, &aborted_);
  const httplib::Result result = client->send(request);
  // Its status is all that is wanted of an answer that is cut off.
  if (!result && bytes <= kMaxAnswerBytes) return ToStatus(result.error());
  return answer;
}

void HttpClient::Abort() {
  absl::MutexLock lock(&mutex_);
  aborted_ = true;
}

}  // namespace proverlog
