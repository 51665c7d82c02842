#include "server/http/http_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace proverlog {
namespace {

constexpr size_t kThreads = 4;
// An idle connection holds a thread.
constexpr time_t kKeepAliveSeconds = 1;
// No page takes a body.
constexpr size_t kMaxBodyBytes = size_t{64} << 10;

void Configure(const std::map<std::string, HttpPage>& pages, httplib::Server& server) {
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_keep_alive_timeout(kKeepAliveSeconds);
  server.set_payload_max_length(kMaxBodyBytes);
  // The library's own choice is SO_REUSEPORT: a second server on the same port would take some of
  // the first one's requests.
  server.set_socket_options([](int socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    // Of IPv6's "any address", so that it is IPv4's too; a socket of IPv4 does not know it.
    const int no = 0;
    setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
  });
  for (const auto& [path, page] : pages) {
    server.Get(path, [page = page](const httplib::Request& /*request*/, httplib::Response& out) {
      const HttpAnswer answer = page();
      out.status = answer.status;
      out.set_content(answer.body, answer.content_type);
    });
  }
}

// Returns the port, or -1.
int BindTo(const std::string& host, int port, httplib::Server& server) {
  if (port == 0) return server.bind_to_any_port(host);
  return server.bind_to_port(host, port) ? port : -1;
}

// Binds to host:port, an IPv6 address in brackets. Returns the port, or -1. "0.0.0.0" is every
// address of IPv6 too, where the machine has it, as it is for gRPC: a cluster may have no other.
int Bind(absl::string_view host, absl::string_view port_text, httplib::Server& server) {
  int port = 0;
  if (!absl::SimpleAtoi(port_text, &port) || port < 0 || port > 65535) return -1;
  if (host == "0.0.0.0") {
    const int bound = BindTo("::", port, server);
    if (bound >= 0) return bound;
  }
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return BindTo(std::string(host), port, server);
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const std::string& listen, const std::map<std::string, HttpPage>& pages) {
  auto server = std::make_unique<httplib::Server>();
  Configure(pages, *server);
  const size_t colon = listen.rfind(':');
  const absl::string_view host = absl::string_view(listen).substr(0, colon);
  const int port = colon == std::string::npos ? -1 : Bind(host, listen.substr(colon + 1), *server);
  if (port < 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", listen,
                     "; is another proverlogd running? Choose another address with --http-listen"));
  }
  return std::unique_ptr<HttpServer>(
      new HttpServer(std::move(server), absl::StrCat(host, ":", port)));
}

HttpServer::HttpServer(std::unique_ptr<httplib::Server> server, std::string address)
    : server_(std::move(server)), address_(std::move(address)) {
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  // Until it runs, a stop would have no effect.
  while (!server_->is_running()) std::this_thread::yield();
}

HttpServer::~HttpServer() {
  server_->stop();
  thread_.join();
}

}  // namespace proverlog
