#ifndef PROVERLOG_SERVER_HTTP_HTTP_SERVER_H_
#define PROVERLOG_SERVER_HTTP_HTTP_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"

namespace httplib {
class Server;
}

namespace proverlog {

struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Makes the answer to a GET of one path. Called by several threads at once.
using HttpPage = std::function<HttpAnswer()>;

// The listening HTTP server: plain HTTP/1.1, four threads of its own. It ends with this object,
// when the answers that are under way are written.
class HttpServer {
 public:
  // `listen` is host:port, `pages` are by path. What the pages use outlives the server. UNAVAILABLE
  // where the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const std::string& listen, const std::map<std::string, HttpPage>& pages);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Where it listens, with the port that was taken.
  const std::string& address() const { return address_; }

 private:
  HttpServer(std::unique_ptr<httplib::Server> server, std::string address);

  std::unique_ptr<httplib::Server> server_;
  std::string address_;
  std::thread thread_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_HTTP_HTTP_SERVER_H_
