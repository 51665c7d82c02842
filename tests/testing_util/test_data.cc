#include "tests/testing_util/test_data.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "client/input/log_file.h"

namespace proverlog::testing_util {

std::string TestDataPath(const std::string& name) { return "tests/data/" + name; }

std::string ReadAll(const std::string& path) {
  const auto log = LogFile::Open(path);
  EXPECT_TRUE(log.ok()) << log.status();
  if (!log.ok()) return "";
  constexpr size_t kPieceBytes = size_t{1} << 20;
  std::string bytes;
  for (;;) {
    const auto piece = (*log)->Read(static_cast<int64_t>(bytes.size()), kPieceBytes);
    EXPECT_TRUE(piece.ok()) << piece.status();
    if (!piece.ok() || piece->empty()) return bytes;
    bytes += *piece;
  }
}

}  // namespace proverlog::testing_util
