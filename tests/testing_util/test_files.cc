#include "tests/testing_util/test_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "absl/strings/str_cat.h"

namespace proverlog::testing_util {

TempDirectory::TempDirectory() : path_("/tmp/proverlog-test-XXXXXX") {
  EXPECT_NE(mkdtemp(path_.data()), nullptr) << path_;
  std::filesystem::permissions(path_, std::filesystem::perms{0755});
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDirectory::Write(const std::string& name, absl::string_view bytes) const {
  std::ofstream(PathOf(name), std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return PathOf(name);
}

void SetModificationTime(const std::string& path, int64_t unix_seconds) {
  const timespec times[] = {{unix_seconds, 0}, {unix_seconds, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0) << path;
}

std::string Gzip(absl::string_view raw, uint32_t mtime_seconds) {
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

std::string Zstd(absl::string_view raw) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string frame(ZSTD_compressBound(raw.size()), '\0');
  frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), raw.data(), raw.size()));
  ZSTD_freeCCtx(context);
  return frame;
}

std::string NoisyLines(size_t size) {
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
