#include "tests/testing_util/test_data.h"

#include <gtest/gtest.h>

#include "client/input/byte_source.h"

namespace proverlog::testing_util {

std::string TestDataPath(const std::string& name) { return "tests/data/" + name; }

std::string ReadAll(const std::string& path) {
  constexpr size_t kPieceBytes = size_t{1} << 16;
  std::string bytes;
  auto source = OpenByteSource(path);
  EXPECT_TRUE(source.ok()) << source.status();
  if (!source.ok()) return bytes;
  for (;;) {
    const auto got = (*source)->Read(kPieceBytes, bytes);
    EXPECT_TRUE(got.ok()) << got.status();
    if (!got.ok() || *got == 0) return bytes;
  }
}

}  // namespace proverlog::testing_util
