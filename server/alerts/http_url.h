#ifndef PROVERLOG_SERVER_ALERTS_HTTP_URL_H_
#define PROVERLOG_SERVER_ALERTS_HTTP_URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace proverlog {

// The parts of http://HOST[:PORT][/PATH][?QUERY] (RFC 3986), or https://.
struct HttpUrl {
  bool tls = false;
  std::string host;  // an IPv6 address without its brackets
  int port = 0;
  std::string authority;  // host and port as they were written
  std::string path;       // with the query; begins with '/'
};

// INVALID_ARGUMENT with what is wrong, in a message that has nothing of the URL in it: it may be a
// secret. A user or password is refused: it would be one in a place for what is none.
absl::StatusOr<HttpUrl> ParseHttpUrl(absl::string_view url);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_HTTP_URL_H_
