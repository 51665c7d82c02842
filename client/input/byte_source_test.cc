#include "client/input/byte_source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "tests/testing_util/test_files.h"

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

// A source and the file that it reads.
class OpenedFile {
 public:
  explicit OpenedFile(const std::string& path)
      : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)), source_(OpenByteSource(path, fd_)) {
    EXPECT_GE(fd_, 0) << path;
  }
  ~OpenedFile() { close(fd_); }
  OpenedFile(const OpenedFile&) = delete;
  OpenedFile& operator=(const OpenedFile&) = delete;

  ByteSource* operator->() const { return source_.get(); }

 private:
  int fd_;
  std::unique_ptr<ByteSource> source_;
};

Reading ReadAll(const std::string& path, size_t piece = 4096) {
  Reading reading;
  const OpenedFile file(path);
  for (;;) {
    const size_t before = reading.bytes.size();
    const auto got = file->Read(piece, reading.bytes);
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
    const OpenedFile source(directory_.Write("log", file));
    std::string bytes = "before ";
    const auto got = source->Read(5, bytes);
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(bytes, std::string("before ") + std::string(kSmall.substr(0, *got)));
  }
}

TEST_F(ByteSourceTest, TheEndStaysTheEnd) {
  for (const std::string& file : {std::string(kSmall), Gzip(kSmall), Zstd(kSmall)}) {
    const OpenedFile source(directory_.Write("log", file));
    std::string bytes;
    while (source->Read(4096, bytes).value_or(0) > 0) {
    }
    const auto again = source->Read(4096, bytes);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(*again, 0U);
  }
}

// The first bytes of the raw text that the library's own decoder gives, byte by byte, up to its
// error.
std::string DecodableByTheLibrary(const std::string& frame) {
  ZSTD_DStream* const stream = ZSTD_createDStream();
  std::string raw(2'000'000, '\0');
  ZSTD_outBuffer out{raw.data(), raw.size(), 0};
  for (size_t at = 0; at < frame.size(); ++at) {
    ZSTD_inBuffer in{frame.data() + at, 1, 0};
    if (ZSTD_isError(ZSTD_decompressStream(stream, &out, &in)) != 0U) break;
  }
  ZSTD_freeDStream(stream);
  raw.resize(out.pos);
  return raw;
}

TEST_F(ByteSourceTest, EverythingBeforeTheDamageIsRead) {
  const std::string text = NoisyLines(1'000'000);
  const std::string good = Zstd(text);
  size_t most = 0;
  for (size_t at = 6; at < good.size(); at += good.size() / 53) {
    std::string damaged = good;
    for (size_t i = at; i < std::min(at + 400, damaged.size()); ++i) damaged[i] = '\x7f';
    const std::string expected = DecodableByTheLibrary(damaged);
    for (const size_t piece : {size_t{100}, size_t{1} << 17, size_t{1} << 20}) {
      const Reading reading = ReadBytes(damaged, "log", piece);
      EXPECT_EQ(reading.status.code(), absl::StatusCode::kDataLoss) << at;
      EXPECT_TRUE(reading.bytes == expected)
          << at << ": " << reading.bytes.size() << " of " << expected.size();
    }
    most = std::max(most, expected.size());
  }
  EXPECT_GT(most, text.size() / 2);
}

TEST_F(ByteSourceTest, WhatIsDamagedStaysDamaged) {
  const std::string text = NoisyLines(300'000);
  for (std::string file : {Gzip(text), Zstd(text)}) {
    for (size_t i = 0; i < 400; ++i) file[file.size() / 2 + i] = '\x7f';
    std::string bytes;
    const OpenedFile source(directory_.Write("log", file));
    absl::StatusOr<size_t> got = 1;
    while (got.ok() && *got > 0) got = source->Read(4096, bytes);
    const size_t size = bytes.size();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(source->Read(4096, bytes).status(), got.status());
    EXPECT_EQ(got.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(bytes.size(), size);
  }
}

}  // namespace
}  // namespace proverlog
