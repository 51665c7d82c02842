#ifndef PROVERLOG_TESTS_TESTING_UTIL_TEST_FILES_H_
#define PROVERLOG_TESTS_TESTING_UTIL_TEST_FILES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace proverlog::testing_util {

// A directory that is removed at the end of the test; accounts other than ours can enter it.
class TempDirectory {
 public:
  TempDirectory();
  ~TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string PathOf(const std::string& name) const { return path_ + "/" + name; }
  // Writes a file into it and returns its path.
  std::string Write(const std::string& name, absl::string_view bytes) const;

 private:
  std::string path_;
};

// Sets when the file was last written.
void SetModificationTime(const std::string& path, int64_t unix_seconds);

// One gzip member, with the time of what it was made from.
std::string Gzip(absl::string_view raw, uint32_t mtime_seconds = 0);

// One zstd frame with a checksum.
std::string Zstd(absl::string_view raw);

// Lines that hardly compress.
std::string NoisyLines(size_t size);

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_TEST_FILES_H_
