#include "rpc/read_rules.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace proverlog {

absl::StatusOr<std::string> ReadRulesText(const std::string& path) {
  std::error_code ignored;
  errno = std::filesystem::is_directory(path, ignored) ? EISDIR : 0;
  std::ifstream file;
  if (errno == 0) file.open(path, std::ios::binary);
  if (!file.is_open()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": the rules file cannot be read: ", std::strerror(errno)));
  }
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

}  // namespace proverlog
