#include "client/input/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "client/input/test_files.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing_util::Gzip;
using testing_util::NoisyLines;
using testing_util::TempDirectory;
using testing_util::Zstd;

constexpr absl::string_view kSmall = "[03:00:46.633] INFO: m one\n[03:00:46.640] INFO: m two\n";

// All that a file gives, and how it ended.
struct Reading {
  std::string bytes;
  absl::Status status;
};

Reading ReadAll(const std::string& path, size_t piece = 4096) {
  Reading reading;
  auto source = OpenByteSource(path);
  if (!source.ok()) return {"", source.status()};
  for (;;) {
    const size_t before = reading.bytes.size();
    const auto got = (*source)->Read(piece, reading.bytes);
    EXPECT_LE(reading.bytes.size(), before + piece);
    if (!got.ok()) {
      reading.status = got.status();
      return reading;
    }
    EXPECT_EQ(reading.bytes.size(), before + *got);
    if (*got == 0) return reading;
  }
}

class ByteSourceTest : public testing::Test {
 protected:
  // What a file with these bytes gives.
  Reading ReadBytes(absl::string_view bytes, const std::string& name = "log", size_t piece = 4096) {
    return ReadAll(directory_.Write(name, bytes), piece);
  }

  TempDirectory directory_;
};

TEST_F(ByteSourceTest, ReadsAPlainFileAsItIs) {
  const std::string big = NoisyLines(300'000);
  for (const absl::string_view text :
       {absl::string_view(), kSmall, absl::string_view(big), absl::string_view("\0\r\n\xFF", 4)}) {
    const Reading reading = ReadBytes(text);
    EXPECT_TRUE(reading.status.ok()) << reading.status;
    EXPECT_TRUE(reading.bytes == text) << text.size();
  }
}

TEST_F(ByteSourceTest, ReadsWhatACompressedFileContains) {
  const std::string big = NoisyLines(300'000);
  for (const absl::string_view text : {absl::string_view(), kSmall, absl::string_view(big)}) {
    for (const std::string& compressed : {Gzip(text), Zstd(text)}) {
      const Reading reading = ReadBytes(compressed);
      EXPECT_TRUE(reading.status.ok()) << reading.status;
      EXPECT_TRUE(reading.bytes == text) << text.size();
    }
  }
}

TEST_F(ByteSourceTest, TheSizeOfThePiecesDoesNotMatter) {
  const std::string text = NoisyLines(70'000);
  for (const std::string& file : {text, Gzip(text), Zstd(text)}) {
    for (const size_t piece : {size_t{1}, size_t{7}, size_t{1} << 16, size_t{1} << 20}) {
      const Reading reading = ReadBytes(file, "log", piece);
      EXPECT_TRUE(reading.status.ok()) << reading.status;
      EXPECT_TRUE(reading.bytes == text) << piece;
    }
  }
}

TEST_F(ByteSourceTest, ReadsWhatCompressesExtremelyWell) {
  const std::string text(5'000'000, '\n');
  for (const std::string& file : {Gzip(text), Zstd(text)}) {
    EXPECT_TRUE(ReadBytes(file).bytes == text);
  }
}

TEST_F(ByteSourceTest, ReadsOnAfterTheFirstMemberOrFrame) {
  const std::string big = NoisyLines(100'000);
  for (const auto compress : {+[](absl::string_view raw) { return Gzip(raw); }, &Zstd}) {
    const Reading reading =
        ReadBytes(compress("one\n") + compress("") + compress(big) + compress("three\n"));
    EXPECT_TRUE(reading.status.ok()) << reading.status;
    EXPECT_TRUE(reading.bytes == "one\n" + big + "three\n");
  }
}

TEST_F(ByteSourceTest, TheFirstBytesDecideAndNotTheName) {
  for (const std::string name : {"log", "log.gz", "log.zst"}) {
    for (const std::string& file : {std::string(kSmall), Gzip(kSmall), Zstd(kSmall)}) {
      const Reading reading = ReadBytes(file, name);
      EXPECT_TRUE(reading.status.ok()) << reading.status;
      EXPECT_EQ(reading.bytes, kSmall) << name;
    }
  }
}

TEST_F(ByteSourceTest, HalfAMagicNumberIsText) {
  for (const std::string bytes : {"\x1f", "\x28\xb5", "\x28\xb5\x2f", "\x1f\x9d\x90"}) {
    const Reading reading = ReadBytes(bytes);
    EXPECT_TRUE(reading.status.ok()) << reading.status;
    EXPECT_EQ(reading.bytes, bytes);
  }
}

TEST_F(ByteSourceTest, EveryTruncationIsDataLossAfterAGoodPrefix) {
  for (const std::string& file : {Gzip(kSmall), Zstd(kSmall)}) {
    for (size_t size = 4; size < file.size(); ++size) {
      const Reading reading = ReadBytes(absl::string_view(file).substr(0, size));
      ASSERT_EQ(reading.status.code(), absl::StatusCode::kDataLoss) << size;
      ASSERT_TRUE(absl::StartsWith(kSmall, reading.bytes)) << size;
    }
  }
}

TEST_F(ByteSourceTest, MostOfATruncatedFileCanBeRead) {
  const std::string text = NoisyLines(1'000'000);
  for (const std::string& file : {Gzip(text), Zstd(text)}) {
    const Reading reading = ReadBytes(absl::string_view(file).substr(0, file.size() / 2));
    EXPECT_EQ(reading.status.code(), absl::StatusCode::kDataLoss) << reading.status;
    EXPECT_TRUE(absl::StartsWith(text, reading.bytes));
    EXPECT_GT(reading.bytes.size(), text.size() / 4);
  }
}

TEST_F(ByteSourceTest, ATruncatedSecondMemberOrFrameIsDataLossAfterTheFirst) {
  for (const std::string& file : {Gzip(kSmall), Zstd(kSmall)}) {
    const Reading reading = ReadBytes(file + file.substr(0, file.size() - 1));
    EXPECT_EQ(reading.status.code(), absl::StatusCode::kDataLoss) << reading.status;
    EXPECT_TRUE(absl::StartsWith(reading.bytes, kSmall));
  }
}

TEST_F(ByteSourceTest, DamageIsDataLossAndNamesTheFile) {
  for (std::string file : {Gzip(kSmall), Zstd(kSmall)}) {
    // Within the checksum: of gzip's trailer the first four bytes, of zstd's frame the last.
    char& byte = file[file.size() - (file[0] == '\x1f' ? 6 : 2)];
    byte = static_cast<char>(byte ^ 1);
    const Reading reading = ReadBytes(file, "the.log");
    EXPECT_EQ(reading.status.code(), absl::StatusCode::kDataLoss) << reading.status;
    EXPECT_THAT(std::string(reading.status.message()), HasSubstr("/the.log is damaged"));
  }
}

TEST_F(ByteSourceTest, OtherBytesAfterTheCompressedOnesAreDataLoss) {
  for (const std::string& file : {Gzip(kSmall), Zstd(kSmall)}) {
    const Reading reading = ReadBytes(file + "This is no compressed data.");
    EXPECT_EQ(reading.bytes, kSmall);
    EXPECT_EQ(reading.status.code(), absl::StatusCode::kDataLoss) << reading.status;
  }
}

TEST_F(ByteSourceTest, WhatWasAppendedBeforeStays) {
  for (const std::string& file : {std::string(kSmall), Gzip(kSmall), Zstd(kSmall)}) {
    auto source = OpenByteSource(directory_.Write("log", file));
    ASSERT_TRUE(source.ok()) << source.status();
    std::string bytes = "before ";
    const auto got = (*source)->Read(5, bytes);
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(bytes, std::string("before ") + std::string(kSmall.substr(0, *got)));
  }
}

TEST_F(ByteSourceTest, TheEndStaysTheEnd) {
  for (const std::string& file : {std::string(kSmall), Gzip(kSmall), Zstd(kSmall)}) {
    auto source = OpenByteSource(directory_.Write("log", file));
    ASSERT_TRUE(source.ok()) << source.status();
    std::string bytes;
    while ((*source)->Read(4096, bytes).value_or(0) > 0) {
    }
    const auto again = (*source)->Read(4096, bytes);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(*again, 0U);
  }
}

TEST_F(ByteSourceTest, RefusesADirectory) {
  const absl::Status status = OpenByteSource(directory_.path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(directory_.path()));
}

TEST_F(ByteSourceTest, RefusesAFileThatIsNotThere) {
  const std::string path = directory_.PathOf("missing.log");
  const absl::Status status = OpenByteSource(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
}

TEST_F(ByteSourceTest, RefusesAFileThatMayNotBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const std::string path = directory_.Write("secret.log", kSmall);
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const absl::Status status = OpenByteSource(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
}

}  // namespace
}  // namespace proverlog
