#include "server/alerts/receivers_check.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/alerts/http_url.h"
#include "server/alerts/rules_check.h"

namespace proverlog {
namespace {

constexpr size_t kMaxSecretBytes = 4096;

// A field that has a value, or says where there is one.
using Field = std::pair<absl::string_view, const std::string*>;

std::vector<Field> Given(const std::vector<Field>& fields) {
  std::vector<Field> given;
  absl::c_copy_if(fields, std::back_inserter(given),
                  [](const Field& field) { return !field.second->empty(); });
  return given;
}

std::vector<Field> AddressesOf(const v1::AlertReceiver& receiver) {
  return Given({{"url", &receiver.url()},
                {"url_file", &receiver.url_file()},
                {"url_env", &receiver.url_env()}});
}

std::vector<Field> TokensOf(const v1::AlertReceiver& receiver) {
  return Given({{"token_file", &receiver.token_file()}, {"token_env", &receiver.token_env()}});
}

// The second of them is one too many.
void CheckOne(const std::vector<Field>& given, const RulesNode& node) {
  if (given.size() < 2) return;
  node.Refuse(given[1].first,
              absl::StrCat("there is ", given[0].first, " already; allowed is one of them"));
}

void CheckUrl(const v1::AlertReceiver& receiver, const RulesNode& node) {
  const auto url = ParseHttpUrl(receiver.url());
  if (!url.ok()) {
    node.Refuse("url", url.status().message());
  } else if (absl::EndsWithIgnoreCase(url->host, "hooks.slack.com")) {
    node.Refuse("url", "an address of Slack is a secret; use url_file or url_env");
  } else if (receiver.protocol() == v1::ALERT_PROTOCOL_ALERTMANAGER &&
             absl::StrContains(url->path, '?')) {
    node.Refuse("url", "it has a query (?...); Alertmanager's address has none");
  }
}

void CheckReceiver(const v1::AlertReceiver& receiver, const RulesNode& node) {
  if (!v1::AlertProtocol_IsValid(receiver.protocol()) ||
      receiver.protocol() == v1::ALERT_PROTOCOL_UNSPECIFIED) {
    node.Refuse("protocol",
                "there is none; there are ALERT_PROTOCOL_ALERTMANAGER, ALERT_PROTOCOL_WEBHOOK,"
                " ALERT_PROTOCOL_SLACK");
  }
  const std::vector<Field> addresses = AddressesOf(receiver);
  if (addresses.empty()) {
    node.Refuse("url", "there is no address; set url, url_file or url_env");
  } else if (!receiver.url().empty()) {
    CheckUrl(receiver, node);
  }
  CheckOne(addresses, node);
  CheckOne(TokensOf(receiver), node);
}

absl::StatusOr<std::string> ReadFile(const std::string& name, const std::string& directory) {
  const auto cannot = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" cannot be read: ", why));
  };
  const std::filesystem::path path = std::filesystem::path(directory) / name;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return cannot("it is a directory");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return cannot(std::strerror(errno));
  std::string text(kMaxSecretBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return cannot(std::strerror(errno));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

absl::StatusOr<std::string> ReadVariable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value != nullptr) return value;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", name, "\" is not in the environment of proverlogd"));
}

// What the field says, or what is where it points to; empty where it is refused.
std::string ReadSecret(const Field& field, const std::string& directory, const RulesNode& node) {
  if (field.first == "url") return *field.second;
  auto text = absl::EndsWith(field.first, "_file") ? ReadFile(*field.second, directory)
                                                   : ReadVariable(*field.second);
  if (!text.ok()) {
    node.Refuse(field.first, text.status().message());
    return "";
  }
  absl::StripAsciiWhitespace(&*text);
  const absl::string_view wrong =
      text->empty()                    ? "is empty"
      : text->size() > kMaxSecretBytes ? "has more than 4096 bytes"
      : absl::c_all_of(*text, [](char c) { return absl::ascii_isgraph(c); })
          ? ""
          : "has a space, or a character that is not ASCII, in it";
  if (wrong.empty()) return *std::move(text);
  node.Refuse(field.first, absl::StrCat("\"", *field.second, "\" ", wrong));
  return "";
}

AlertProtocol ToProtocol(v1::AlertProtocol protocol) {
  switch (protocol) {
    case v1::ALERT_PROTOCOL_ALERTMANAGER:
      return AlertProtocol::kAlertmanager;
    case v1::ALERT_PROTOCOL_SLACK:
      return AlertProtocol::kSlack;
    default:
      return AlertProtocol::kWebhook;
  }
}

}  // namespace

std::vector<ReceiverFilter> CheckReceivers(const v1::AlertRules& rules, const RulesNode& root) {
  std::vector<std::string> allowed = MatchedLabels();
  allowed.insert(allowed.begin() + 1, "rule");
  std::vector<ReceiverFilter> receivers;
  std::vector<std::string> taken;
  for (int i = 0; i < rules.receivers_size(); ++i) {
    const v1::AlertReceiver& given = rules.receivers(i);
    const RulesNode node = root.Nested("receivers", i);
    CheckName(given.name(), node, taken);
    CheckReceiver(given, node);
    receivers.push_back({given.name(),
                         CheckSeverity(given.at_least(), "at_least", node, Severity::kWarning),
                         CheckMatch(node, allowed)});
  }
  return receivers;
}

std::vector<Receiver> ReadSecrets(const v1::AlertRules& rules, const RulesNode& root,
                                  const std::string& directory) {
  std::vector<Receiver> receivers;
  for (int i = 0; i < rules.receivers_size(); ++i) {
    const v1::AlertReceiver& given = rules.receivers(i);
    const RulesNode node = root.Nested("receivers", i);
    Receiver receiver;
    receiver.name = given.name();
    receiver.protocol = ToProtocol(given.protocol());
    for (const Field& address : AddressesOf(given)) {
      receiver.url = Secret(ReadSecret(address, directory, node));
      const auto url = ParseHttpUrl(receiver.url.Reveal());
      if (address.first != "url" && !receiver.url.empty() && !url.ok()) {
        node.Refuse(address.first, absl::StrCat("what \"", *address.second,
                                                "\" has is no address: ", url.status().message()));
      }
    }
    for (const Field& token : TokensOf(given)) {
      receiver.token = Secret(ReadSecret(token, directory, node));
    }
    receivers.push_back(std::move(receiver));
  }
  return receivers;
}

}  // namespace proverlog
