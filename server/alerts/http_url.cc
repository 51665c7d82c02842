#include "server/alerts/http_url.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace proverlog {
namespace {

constexpr int kHttpPort = 80;
constexpr int kHttpsPort = 443;
constexpr int kLastPort = 65535;

absl::Status Wrong(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, "; allowed is http://HOST[:PORT][/PATH] or https://..."));
}

// Splits "host:port" and "[::1]:port".
absl::Status SplitAuthority(HttpUrl& url) {
  absl::string_view rest = url.authority;
  if (absl::ConsumePrefix(&rest, "[")) {
    const size_t end = rest.find(']');
    if (end == absl::string_view::npos) return Wrong("its host lacks a ']'");
    url.host = std::string(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  } else {
    const size_t end = std::min(rest.find(':'), rest.size());
    url.host = std::string(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  if (url.host.empty()) return Wrong("it has no host");
  url.port = url.tls ? kHttpsPort : kHttpPort;
  if (rest.empty()) return absl::OkStatus();
  if (!absl::ConsumePrefix(&rest, ":") || !absl::SimpleAtoi(rest, &url.port) || url.port < 1 ||
      url.port > kLastPort) {
    return Wrong("its port is no number from 1 to 65535");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HttpUrl> ParseHttpUrl(absl::string_view url) {
  HttpUrl parts;
  if (absl::ConsumePrefix(&url, "https://")) {
    parts.tls = true;
  } else if (!absl::ConsumePrefix(&url, "http://")) {
    return Wrong("it does not begin with http:// or https://");
  }
  if (!absl::c_all_of(url, [](char c) { return absl::ascii_isgraph(c); })) {
    return Wrong("it has a space, or a character that is not ASCII");
  }
  if (absl::StrContains(url, '#')) return Wrong("it has a fragment (#...)");
  const size_t end = std::min(url.find_first_of("/?"), url.size());
  parts.authority = std::string(url.substr(0, end));
  parts.path = std::string(url.substr(end));
  if (parts.path.empty() || parts.path[0] != '/') parts.path.insert(0, "/");
  if (absl::StrContains(parts.authority, '@')) {
    return Wrong("it has a user or password (...@HOST); use token_file or token_env");
  }
  if (absl::Status status = SplitAuthority(parts); !status.ok()) return status;
  return parts;
}

}  // namespace proverlog
