#ifndef PROVERLOG_CLIENT_INPUT_TEST_FILES_H_
#define PROVERLOG_CLIENT_INPUT_TEST_FILES_H_

#include <gtest/gtest.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace proverlog::testing_util {

// A directory for one test's files, removed with them.
class TempDirectory {
 public:
  TempDirectory() : path_(testing::TempDir() + "/proverlog-test-XXXXXX") {
    EXPECT_NE(mkdtemp(path_.data()), nullptr) << path_;
  }
  ~TempDirectory() { std::filesystem::remove_all(path_); }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string PathOf(const std::string& name) const { return path_ + "/" + name; }

  // Writes a file; returns its path.
  std::string Write(const std::string& name, absl::string_view bytes) const {
    std::ofstream(PathOf(name), std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return PathOf(name);
  }

 private:
  std::string path_;
};

// One gzip member, with the time of what it was made from.
inline std::string Gzip(absl::string_view raw, uint32_t mtime_seconds = 0) {
  constexpr int kGzipWindow = 15 + 16;
  constexpr int kMemory = 8;
  constexpr size_t kHeaderAndTrailer = 64;
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemory,
               Z_DEFAULT_STRATEGY);
  gz_header header{};
  header.time = mtime_seconds;
  deflateSetHeader(&stream, &header);
  std::string member(compressBound(raw.size()) + kHeaderAndTrailer, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(raw.data()));
  stream.avail_in = static_cast<uInt>(raw.size());
  stream.next_out = reinterpret_cast<Bytef*>(member.data());
  stream.avail_out = static_cast<uInt>(member.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  member.resize(stream.total_out);
  deflateEnd(&stream);
  return member;
}

// One zstd frame with a checksum.
inline std::string Zstd(absl::string_view raw) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string frame(ZSTD_compressBound(raw.size()), '\0');
  frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), raw.data(), raw.size()));
  ZSTD_freeCCtx(context);
  return frame;
}

// Lines that hardly compress.
inline std::string NoisyLines(size_t size) {
  std::mt19937 random(11);
  std::string text;
  while (text.size() < size) {
    for (int i = 0; i < 8; ++i) absl::StrAppend(&text, absl::Hex(random(), absl::kZeroPad8));
    text.push_back('\n');
  }
  text.resize(size);
  return text;
}

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_CLIENT_INPUT_TEST_FILES_H_
