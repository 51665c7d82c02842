#include "server/config/conninfo.h"

#include <libpq-fe.h>

#include <memory>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace proverlog {
namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

// Null where libpq cannot read it.
Options Parse(const std::string& conninfo) {
  return Options(PQconninfoParse(conninfo.c_str(), nullptr), &PQconninfoFree);
}

absl::string_view ValueOf(const Options& options, absl::string_view keyword) {
  for (const PQconninfoOption* o = options.get(); o->keyword != nullptr; ++o) {
    if (keyword == o->keyword && o->val != nullptr) return o->val;
  }
  return "";
}

// One of each host, or one; an empty one is the default.
bool ArePorts(absl::string_view ports) {
  constexpr int kMaxPort = 65'535;
  return absl::c_all_of(absl::StrSplit(ports, ','), [](absl::string_view text) {
    int port = 0;
    return text.empty() || (absl::c_all_of(text, absl::ascii_isdigit) &&
                            absl::SimpleAtoi(text, &port) && port >= 1 && port <= kMaxPort);
  });
}

bool IsSslMode(absl::string_view mode) {
  constexpr absl::string_view kModes[] = {"",        "disable",   "allow",      "prefer",
                                          "require", "verify-ca", "verify-full"};
  return absl::c_linear_search(kModes, mode);
}

bool IsUrl(absl::string_view conninfo) {
  return absl::StartsWith(conninfo, "postgresql://") || absl::StartsWith(conninfo, "postgres://");
}

}  // namespace

absl::Status CheckConninfo(const std::string& conninfo) {
  const auto only = [](absl::string_view allowed) { return absl::InvalidArgumentError(allowed); };
  const Options options = Parse(conninfo);
  if (options == nullptr) return only("a PostgreSQL URL, or libpq's key=value pairs");
  // Parts of a password that was not encoded are where other parts belong.
  if (!ArePorts(ValueOf(options, "port")) || absl::StrContains(ValueOf(options, "host"), '@') ||
      absl::StrContains(ValueOf(options, "dbname"), '@')) {
    return only(
        "a PostgreSQL URL with a port from 1 to 65535 and no @ in the host or the database; in a"
        " password write / as %2F and @ as %40");
  }
  // libpq would take it to the last part.
  if (IsUrl(conninfo) && absl::ascii_isspace(conninfo.back())) {
    return only("a PostgreSQL URL without a blank or a line end behind it");
  }
  if (!IsSslMode(ValueOf(options, "sslmode"))) {
    return only(
        "a PostgreSQL URL with an sslmode of disable, allow, prefer, require, verify-ca or"
        " verify-full");
  }
  return absl::OkStatus();
}

std::optional<std::string> WithoutSecrets(const std::string& conninfo) {
  const Options parsed = Parse(conninfo);
  if (parsed == nullptr) return std::nullopt;
  std::vector<std::string> pairs;
  for (const PQconninfoOption* o = parsed.get(); o->keyword != nullptr; ++o) {
    if (o->val == nullptr) continue;
    const bool is_password = absl::string_view(o->dispchar) == "*";
    pairs.push_back(absl::StrCat(o->keyword, "=", is_password ? "***" : o->val));
  }
  return absl::StrJoin(pairs, " ");
}

}  // namespace proverlog
