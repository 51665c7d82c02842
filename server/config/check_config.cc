#include "server/config/check_config.h"

#include <algorithm>
#include <filesystem>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/alerts/rules_file.h"
#include "server/config/conninfo.h"
#include "server/embedded/account.h"
#include "server/embedded/data_directory.h"

namespace proverlog {
namespace {

constexpr absl::string_view kNotSet = "-";

// Of the private PostgreSQL.
absl::Status CheckDataDirectory(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_directory(path, ignored)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", path, "\" is not a directory"));
  }
  const auto account = FindPostgresAccount();
  if (!account.ok()) return account.status();
  return FindPostgresPrograms().status();
}

const SettingValue& Find(const Configuration& configuration, absl::string_view name) {
  return *std::find_if(configuration.values.begin(), configuration.values.end(),
                       [&](const SettingValue& value) { return value.setting->name == name; });
}

std::string Shown(const SettingValue& value) {
  if (value.text.empty()) return std::string(kNotSet);
  return value.setting->has_secrets ? WithoutSecrets(value.text).value_or("***") : value.text;
}

}  // namespace

std::vector<std::string> FindFaults(const Configuration& configuration) {
  std::vector<std::string> faults = configuration.faults;
  const Config& config = configuration.config;
  if (!config.data_dir.empty()) {
    if (const absl::Status status = CheckDataDirectory(config.data_dir); !status.ok()) {
      faults.push_back(
          absl::StrCat(Find(configuration, "data-dir").origin, ": ", status.message()));
    }
  }
  if (!config.rules.empty()) {
    if (const auto rules = ReadRulesFile(config.rules); !rules.ok()) {
      faults.emplace_back(rules.status().message());
    }
  }
  return faults;
}

std::string SettingsText(const Configuration& configuration) {
  constexpr absl::string_view kSetting = "SETTING";
  constexpr absl::string_view kValue = "VALUE";
  size_t name_width = kSetting.size();
  size_t value_width = kValue.size();
  for (const SettingValue& value : configuration.values) {
    name_width = std::max(name_width, value.setting->name.size());
    value_width = std::max(value_width, Shown(value).size());
  }
  std::string text;
  const auto add = [&](absl::string_view name, absl::string_view value, absl::string_view origin) {
    absl::StrAppendFormat(&text, "%-*s  %-*s  %s\n", static_cast<int>(name_width), name,
                          static_cast<int>(value_width), value, origin);
  };
  add(kSetting, kValue, "FROM");
  for (const SettingValue& value : configuration.values) {
    add(value.setting->name, Shown(value), value.origin);
  }
  return text;
}

}  // namespace proverlog
