#include "server/config/configuration.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rpc/near_names.h"
#include "server/config/config_file.h"
#include "server/embedded/data_directory.h"

namespace proverlog {
namespace {

constexpr absl::string_view kConfigName = "config";

const Setting* FindSetting(absl::string_view name) {
  const auto found =
      absl::c_find_if(Settings(), [&](const Setting& setting) { return setting.name == name; });
  return found == Settings().end() ? nullptr : &*found;
}

// Unites what several origins say of the settings; the first that says something counts.
class Union {
 public:
  Union() {
    for (const Setting& setting : Settings()) {
      result_.values.push_back({&setting, std::string(setting.fallback), ""});
    }
  }

  // `where` is the origin and, in a file, the key.
  void Add(const Setting& setting, const std::string& text, const std::string& origin,
           absl::string_view where) {
    Config ignored;
    SettingValue& value = Of(setting);
    Config& config = value.origin.empty() ? result_.config : ignored;
    const absl::Status status = setting.read(text, config);
    if (!status.ok()) {
      const std::string shown = setting.has_secrets ? "the value" : absl::StrCat("\"", text, "\"");
      AddFault(absl::StrCat(where, ": ", shown, " is not ", status.message()));
    }
    if (value.origin.empty()) value = {&setting, text, origin};
  }

  void AddFault(std::string fault) { result_.faults.push_back(std::move(fault)); }
  const SettingValue& Of(absl::string_view name) { return Of(*FindSetting(name)); }

  Configuration Finish() && {
    for (SettingValue& value : result_.values) {
      if (!value.origin.empty()) continue;
      value.origin = "default";
      if (!value.text.empty()) value.setting->read(value.text, result_.config).IgnoreError();
    }
    return std::move(result_);
  }

 private:
  SettingValue& Of(const Setting& setting) {
    return result_.values[static_cast<size_t>(&setting - Settings().data())];
  }

  Configuration result_;
};

void AddFlags(const std::map<std::string, std::string>& flags, Union& all) {
  for (const Setting& setting : Settings()) {
    const auto found = flags.find(std::string(setting.name));
    if (found == flags.end()) continue;
    const std::string flag = FlagOf(setting);
    if (found->second.empty()) {
      all.AddFault(absl::StrCat(flag, ": there is no value"));
    } else {
      all.Add(setting, found->second, flag, flag);
    }
  }
}

void AddVariables(const Environment& environment, Union& all) {
  for (const Setting& setting : Settings()) {
    const std::string variable = VariableOf(setting);
    const auto found = environment.find(variable);
    if (found == environment.end() || found->second.empty()) continue;
    all.Add(setting, found->second, variable, variable);
  }
}

std::string NoSuchKey(const std::string& key) {
  std::vector<std::string> keys;
  for (const Setting& setting : Settings()) {
    if (setting.name != kConfigName) keys.emplace_back(setting.name);
  }
  return absl::StrCat(key, " is no setting", DidYouMean(key, keys));
}

void AddLine(const ConfigLine& line, const std::string& origin, Union& all) {
  const Setting* const setting = FindSetting(line.key);
  const std::string where = absl::StrCat(origin, ": ", line.key);
  if (!line.fault.empty()) {
    all.AddFault(absl::StrCat(origin, ": ", line.fault));
  } else if (setting == nullptr) {
    all.AddFault(absl::StrCat(origin, ": ", NoSuchKey(line.key)));
  } else if (setting->name == kConfigName) {
    all.AddFault(absl::StrCat(where, ": a configuration file names no other one"));
  } else if (line.value.empty()) {
    all.AddFault(absl::StrCat(where, ": there is no value; leave the line out"));
  } else {
    all.Add(*setting, line.value, origin, where);
  }
}

// False where there is a file that cannot be read.
bool AddFile(Union& all) {
  const SettingValue& config = all.Of(kConfigName);
  if (config.text.empty()) return true;
  const std::string path = config.text;
  std::error_code ignored;
  errno = std::filesystem::is_directory(path, ignored) ? EISDIR : 0;
  std::ifstream file;
  if (errno == 0) file.open(path, std::ios::binary);
  if (!file.is_open()) {
    all.AddFault(
        absl::StrCat(config.origin, ": \"", path, "\" cannot be read: ", std::strerror(errno)));
    return false;
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const ConfigLine& line : ParseConfigFile(text)) {
    AddLine(line, absl::StrCat(path, ":", line.number), all);
  }
  return true;
}

void CheckDatabase(Union& all) {
  const SettingValue& directory = all.Of("data-dir");
  const SettingValue& url = all.Of("database-url");
  if (directory.origin.empty() && url.origin.empty()) {
    // The container image has none.
    all.AddFault(
        FindPostgresPrograms().ok()
            ? "--data-dir or --database-url: one of the two is needed; it says where the data is"
            : "--database-url: it is needed, as there is no PostgreSQL here for --data-dir to "
              "start");
  } else if (!directory.origin.empty() && !url.origin.empty()) {
    all.AddFault(absl::StrCat(url.origin, ": there is a database-url, and a data-dir in ",
                              directory.origin, "; take one of them away"));
  }
}

void CheckAddresses(Union& all) {
  const SettingValue& grpc = all.Of("listen");
  const SettingValue& http = all.Of("http-listen");
  if (grpc.text != http.text || absl::EndsWith(http.text, ":0")) return;
  all.AddFault(absl::StrCat((http.origin.empty() ? grpc : http).origin,
                            ": listen and http-listen are both \"", http.text,
                            "\"; they need a port each"));
}

// The command proverlog has variables of its own. Kubernetes tells a container the addresses of the
// services around it, which may be called proverlog, too.
bool IsSomeoneElses(const std::string& name, const std::string& value) {
  static const auto* const kTheirs = new std::regex(
      "PROVERLOG_SERVER|PROVERLOG(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT_[0-9]+_.*)");
  // Of these the value tells whether one meant to say where proverlogd listens.
  static const auto* const kPort = new std::regex("PROVERLOG(_[A-Z0-9_]+)?_PORT");
  static const auto* const kUrl = new std::regex("(tcp|udp|sctp)://.*");
  return std::regex_match(name, *kTheirs) ||
         (std::regex_match(name, *kPort) && std::regex_match(value, *kUrl));
}

}  // namespace

Configuration ReadConfiguration(const std::map<std::string, std::string>& flags,
                                const Environment& environment) {
  Union all;
  AddFlags(flags, all);
  AddVariables(environment, all);
  // What an unreadable file would say is not missing.
  if (AddFile(all)) {
    CheckDatabase(all);
    CheckAddresses(all);
  }
  return std::move(all).Finish();
}

std::vector<std::string> UnknownVariables(const Environment& environment) {
  std::vector<std::string> known;
  for (const Setting& setting : Settings()) known.push_back(VariableOf(setting));
  std::vector<std::string> unknown;
  for (const auto& [name, value] : environment) {
    if (!absl::StartsWith(name, "PROVERLOG") || absl::c_linear_search(known, name) ||
        IsSomeoneElses(name, value)) {
      continue;
    }
    unknown.push_back(absl::StrCat(name, " is no setting of proverlogd", DidYouMean(name, known)));
  }
  return unknown;
}

}  // namespace proverlog
