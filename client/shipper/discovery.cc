#include "client/shipper/discovery.h"

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/input/log_file.h"
#include "client/shipper/container_path.h"

namespace proverlog {
namespace {

namespace fs = std::filesystem;

constexpr char kWildcards[] = "*?[";

std::vector<std::string> Expand(const std::string& pattern) {
  // A name with a bracket in it may be that of a file.
  if (IdentifyFile(pattern)) return {pattern};
  std::vector<std::string> paths;
  glob_t found{};
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  globfree(&found);
  return paths;
}

// Whether a file that is called `name` was `log` before it was rotated.
bool IsRotated(absl::string_view name, absl::string_view log) {
  if (!absl::ConsumePrefix(&name, log) || name.empty()) return false;
  if (!absl::ConsumeSuffix(&name, ".gz")) absl::ConsumeSuffix(&name, ".zst");
  if (name.empty() || name == ".old") return true;
  const bool separated = absl::ConsumePrefix(&name, ".") || absl::ConsumePrefix(&name, "-");
  return separated && !name.empty() && absl::ascii_isdigit(static_cast<unsigned char>(name[0]));
}

// Whether one of the paths is the log that `path` was rotated from.
bool IsRotatedFromAny(const std::string& path, const std::set<std::string>& paths) {
  for (size_t size = path.size() - 1; size > path.rfind('/') + 1; --size) {
    const std::string log = path.substr(0, size);
    if (paths.count(log) > 0 && IsRotated(path, log)) return true;
  }
  return false;
}

}  // namespace

bool IsCompressed(absl::string_view name) {
  return absl::EndsWith(name, ".gz") || absl::EndsWith(name, ".zst");
}

std::vector<FoundLog> FindLogs(const std::vector<std::string>& patterns) {
  std::set<std::string> paths;
  for (const std::string& pattern : patterns) {
    for (std::string& path : Expand(pattern)) paths.insert(std::move(path));
  }
  std::vector<FoundLog> logs;
  std::set<FileIdentity> known;
  for (const std::string& path : paths) {
    if (IsCompressed(path) || IsRotatedFromAny(path, paths)) continue;
    const auto identity = IdentifyFile(path);
    if (identity && known.insert(*identity).second) logs.push_back({path, *identity});
  }
  return logs;
}

LogLabels LabelsOf(const std::string& path, const std::string& machine) {
  if (auto container = LabelsOfContainer(path)) return *std::move(container);
  return {machine, SourceName(path), ""};
}

std::vector<FoundLog> FindRotated(const std::string& path) {
  // Where the path is a link, what it leads to is rotated.
  std::error_code error;
  const fs::path real = fs::weakly_canonical(path, error);
  std::vector<std::pair<fs::file_time_type, FoundLog>> found;
  for (const auto& entry : fs::directory_iterator(real.parent_path(), error)) {
    const bool is_rotated = IsRotated(entry.path().filename().string(), real.filename().string());
    if (!is_rotated || !entry.is_regular_file(error)) continue;
    const auto identity = IdentifyFile(entry.path().string());
    if (!identity) continue;  // it was rotated on
    found.emplace_back(entry.last_write_time(error), FoundLog{entry.path().string(), *identity});
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<FoundLog> logs;
  for (auto& [time, log] : found) logs.push_back(std::move(log));
  return logs;
}

std::vector<std::string> DirectoriesOf(const std::string& pattern) {
  std::vector<std::string> directories;
  std::string above = pattern;
  do {
    const size_t slash = above.rfind('/');
    above = slash == std::string::npos ? "." : above.substr(0, std::max<size_t>(slash, 1));
    for (std::string& directory : Expand(above)) directories.push_back(std::move(directory));
  } while (above.find_first_of(kWildcards) != std::string::npos);
  return directories;
}

}  // namespace proverlog
