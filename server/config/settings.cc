#include "server/config/settings.h"

#include <cstdint>
#include <limits>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "server/config/conninfo.h"

namespace proverlog {
namespace {

// The allowed values, for "... is not ALLOWED".
absl::Status Only(absl::string_view allowed) { return absl::InvalidArgumentError(allowed); }

template <typename Number>
absl::Status ReadWhole(const std::string& text, Number least, Number& number) {
  if (absl::SimpleAtoi(text, &number) && number >= least) return absl::OkStatus();
  return Only(
      absl::StrCat("a whole number from ", least, " to ", std::numeric_limits<Number>::max()));
}

absl::Status ReadDays(const std::string& text, absl::Duration& duration) {
  constexpr int kMaxDays = 36'500;
  int days = 0;
  absl::string_view number = text;
  if (absl::ConsumeSuffix(&number, "d") && absl::SimpleAtoi(number, &days) && days >= 1 &&
      days <= kMaxDays) {
    duration = days * absl::Hours(24);
    return absl::OkStatus();
  }
  return Only(absl::StrCat("a number of days from 1d to ", kMaxDays, "d"));
}

absl::Status ReadSwitch(const std::string& text, bool& on) {
  on = text == "true";
  return on || text == "false" ? absl::OkStatus() : Only("true or false");
}

// Of an address to listen on: a name, or numbers, those of IPv6 in brackets.
bool IsHost(absl::string_view host) {
  const bool in_brackets = absl::StartsWith(host, "[") && absl::EndsWith(host, "]");
  if (in_brackets) host = host.substr(1, host.size() - 2);
  return !host.empty() && absl::c_none_of(host, [&](char c) {
    return absl::ascii_isspace(c) || absl::StrContains("/[]", c) || (c == ':' && !in_brackets);
  });
}

bool IsPort(absl::string_view text) {
  constexpr int kMaxPort = 65'535;
  int port = 0;
  return absl::c_all_of(text, absl::ascii_isdigit) && absl::SimpleAtoi(text, &port) &&
         port <= kMaxPort;
}

absl::Status ReadAddress(const std::string& text, std::string& address) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || !IsHost(absl::string_view(text).substr(0, colon)) ||
      !IsPort(absl::string_view(text).substr(colon + 1))) {
    return Only("HOST:PORT with a port from 0 to 65535, such as 10.0.0.5:7460 or [::1]:7460");
  }
  address = text;
  return absl::OkStatus();
}

absl::Status ReadMigrate(const std::string& text, MigrateMode& mode) {
  mode = text == "check" ? MigrateMode::kCheck : MigrateMode::kAuto;
  return text == "check" || text == "auto" ? absl::OkStatus() : Only("auto or check");
}

absl::Status ReadDatabaseUrl(const std::string& text, std::string& url) {
  if (absl::Status status = CheckConninfo(text); !status.ok()) return status;
  url = text;
  return absl::OkStatus();
}

absl::Status ReadText(const std::string& text, std::string& value) {
  value = text;
  return absl::OkStatus();
}

using Text = const std::string&;

}  // namespace

const std::vector<Setting>& Settings() {
  static const auto* const kSettings = new std::vector<Setting>{
      {"config", "FILE", "", "File with settings that are given neither here nor as variables",
       [](Text text, Config& c) { return ReadText(text, c.config_file); }},
      {"data-dir", "DIR", "", "Keep the data in a private PostgreSQL in this directory",
       [](Text text, Config& c) { return ReadText(text, c.data_dir); }},
      {"database-url", "URL", "",
       "Use this PostgreSQL, encoded in UTF8: a URL, or libpq's key=value pairs",
       [](Text text, Config& c) { return ReadDatabaseUrl(text, c.database_url); },
       /*has_secrets=*/true},
      {"migrate", "auto|check", "auto",
       "Bring the database's tables up to date at the start, or only check that they can be used",
       [](Text text, Config& c) { return ReadMigrate(text, c.migrate); }},
      {"listen", "HOST:PORT", "127.0.0.1:7460",
       "Address of the gRPC services; port 0 takes a free one",
       [](Text text, Config& c) { return ReadAddress(text, c.listen); }},
      {"http-listen", "HOST:PORT", "127.0.0.1:7480",
       "Address of the HTTP pages: /metrics, /healthz, /readyz; port 0 takes a free one",
       [](Text text, Config& c) { return ReadAddress(text, c.http_listen); }},
      {"reflection", "", "false", "Serve gRPC reflection",
       [](Text text, Config& c) { return ReadSwitch(text, c.reflection); }},
      {"max-streams", "N", "10000", "Logs that may be sent at one time",
       [](Text text, Config& c) { return ReadWhole(text, 1, c.max_streams); }},
      {"max-streams-per-prover", "N", "2500", "Of these, one prover's",
       [](Text text, Config& c) { return ReadWhole(text, 1, c.max_streams_per_prover); }},
      {"max-prover-rate", "BYTES", "0",
       "Raw bytes a second that one prover may send, in bursts of a second; 0 is no limit",
       [](Text text, Config& c) { return ReadWhole(text, int64_t{0}, c.max_prover_rate); }},
      {"keep-logs", "DAYS", "", "How long log lines are kept, such as 30d; else for ever",
       [](Text text, Config& c) { return ReadDays(text, c.retention.keep_logs); }},
      {"keep-logs-strictly", "", "false", "Remove old log lines also where they are not read yet",
       [](Text text, Config& c) { return ReadSwitch(text, c.retention.keep_logs_strictly); }},
      {"keep-jobs", "DAYS", "", "How long jobs are kept, such as 365d; else for ever",
       [](Text text, Config& c) { return ReadDays(text, c.retention.keep_jobs); }},
      {"rules", "FILE", "",
       "File that says what is alerted on in another way than is built in, and who is told",
       [](Text text, Config& c) { return ReadText(text, c.rules); }},
  };
  return *kSettings;
}

std::string VariableOf(const Setting& setting) {
  return absl::StrCat("PROVERLOG_",
                      absl::AsciiStrToUpper(absl::StrReplaceAll(setting.name, {{"-", "_"}})));
}

std::string FlagOf(const Setting& setting) { return absl::StrCat("--", setting.name); }

}  // namespace proverlog
