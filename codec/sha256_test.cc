#include "codec/sha256.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"

namespace proverlog {
namespace {

// FIPS 180-2, appendix B, and the empty message.
TEST(Sha256Test, TheStandardsExamples) {
  const struct {
    std::string message;
    std::string digest;
  } kExamples[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const auto& example : kExamples) {
    EXPECT_EQ(absl::BytesToHexString(Sha256(example.message)), example.digest);
  }
}

TEST(Sha256Test, TakesEveryByteAlsoAfterANul) {
  EXPECT_NE(Sha256(absl::string_view("a\0b", 3)), Sha256(absl::string_view("a\0c", 3)));
  EXPECT_EQ(Sha256(absl::string_view("\0", 1)).size(), 32U);
}

}  // namespace
}  // namespace proverlog
