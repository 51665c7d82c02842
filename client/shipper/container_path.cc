#include "client/shipper/container_path.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace proverlog {
namespace {

constexpr size_t kIdLength = 64;
constexpr size_t kShortIdLength = 12;  // as `docker ps` prints it

bool IsContainerId(absl::string_view text) {
  return text.size() == kIdLength && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isxdigit(static_cast<unsigned char>(c));
         });
}

std::string DockerName(const std::string& directory) {
  std::ifstream file(directory + "/config.v2.json", std::ios::binary);
  const std::string json{std::istreambuf_iterator<char>(file), {}};
  google::protobuf::Struct config;
  if (!google::protobuf::util::JsonStringToMessage(json, &config).ok()) return "";
  const auto name = config.fields().find("Name");
  if (name == config.fields().end()) return "";
  return std::string(absl::StripPrefix(name->second.string_value(), "/"));
}

std::optional<LogLabels> OfDocker(const std::string& path, absl::string_view id,
                                  absl::string_view file) {
  if (!IsContainerId(id) || !absl::ConsumePrefix(&file, id) || file != "-json.log") {
    return std::nullopt;
  }
  const std::string name = DockerName(path.substr(0, path.rfind('/')));
  const std::string short_id(id.substr(0, kShortIdLength));
  return LogLabels{name.empty() ? short_id : name, short_id};
}

std::optional<LogLabels> OfContainersLink(absl::string_view file) {
  if (!absl::ConsumeSuffix(&file, ".log")) return std::nullopt;
  const std::vector<std::string> parts = absl::StrSplit(file, '_');
  if (parts.size() != 3) return std::nullopt;
  const size_t dash = parts[2].rfind('-');
  if (dash == std::string::npos || !IsContainerId(parts[2].substr(dash + 1))) return std::nullopt;
  return LogLabels{parts[0], parts[2].substr(0, dash), parts[1]};
}

std::optional<LogLabels> OfPod(absl::string_view pod, absl::string_view container) {
  const std::vector<std::string> parts = absl::StrSplit(pod, '_');
  if (parts.size() != 3) return std::nullopt;
  return LogLabels{parts[1], std::string(container), parts[0]};
}

}  // namespace

std::optional<LogLabels> LabelsOfContainer(const std::string& path) {
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
  const size_t count = parts.size();
  if (count < 2) return std::nullopt;
  if (auto docker = OfDocker(path, parts[count - 2], parts[count - 1])) return docker;
  if (parts[count - 2] == "containers") return OfContainersLink(parts[count - 1]);
  if (count >= 4 && parts[count - 4] == "pods") return OfPod(parts[count - 3], parts[count - 2]);
  return std::nullopt;
}

}  // namespace proverlog
