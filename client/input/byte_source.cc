#include "client/input/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace proverlog {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 16;
constexpr absl::string_view kGzipMagic = "\x1f\x8b";
constexpr absl::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

class FileSource : public ByteSource {
 public:
  FileSource(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~FileSource() override { close(fd_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  absl::StatusOr<size_t> Read(size_t max, std::string& out) override {
    const size_t before = out.size();
    out.resize(before + max);
    ssize_t got = 0;
    do {
      got = read(fd_, out.data() + before, max);
    } while (got < 0 && errno == EINTR);
    out.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path_));
    return static_cast<size_t>(got);
  }

 private:
  std::string path_;
  int fd_;
};

// Hands out compressed bytes piece by piece.
class CompressedInput {
 public:
  CompressedInput(std::string path, std::unique_ptr<ByteSource> file)
      : path_(std::move(path)), file_(std::move(file)) {}

  // Reads on where the piece is used up; false at the end of the file.
  absl::StatusOr<bool> Fill() {
    if (used_ < piece_.size()) return true;
    piece_.clear();
    used_ = 0;
    const auto got = file_->Read(kPieceBytes, piece_);
    if (!got.ok()) return got.status();
    return *got > 0;
  }
  const char* data() const { return piece_.data() + used_; }
  size_t size() const { return piece_.size() - used_; }
  void Use(size_t bytes) { used_ += bytes; }

  absl::Status Damaged(absl::string_view why) const {
    return absl::DataLossError(absl::StrCat(path_, " is damaged: ", why));
  }

 private:
  std::string path_;
  std::unique_ptr<ByteSource> file_;
  std::string piece_;
  size_t used_ = 0;
};

// gzip, of one or several members.
class GzipSource : public ByteSource {
 public:
  explicit GzipSource(CompressedInput input) : input_(std::move(input)) {
    constexpr int kGzipWindow = 15 + 16;
    inflateInit2(&stream_, kGzipWindow);
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  absl::StatusOr<size_t> Read(size_t max, std::string& out) override {
    const size_t before = out.size();
    while (out.size() == before) {
      const auto more = input_.Fill();
      if (!more.ok()) return more.status();
      if (!*more) {
        if (in_member_) return input_.Damaged("the gzip data ends too early");
        return size_t{0};
      }
      if (absl::Status status = Inflate(max, out); !status.ok()) return status;
    }
    return out.size() - before;
  }

 private:
  absl::Status Inflate(size_t max, std::string& out) {
    const size_t before = out.size();
    out.resize(before + max);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input_.data()));
    stream_.avail_in = static_cast<uInt>(input_.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream_.avail_out = static_cast<uInt>(max);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    out.resize(out.size() - stream_.avail_out);
    input_.Use(input_.size() - stream_.avail_in);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return input_.Damaged(stream_.msg != nullptr ? stream_.msg : "no gzip data");
    }
    in_member_ = result != Z_STREAM_END;
    if (result == Z_STREAM_END) inflateReset(&stream_);
    return absl::OkStatus();
  }

  CompressedInput input_;
  z_stream stream_{};
  bool in_member_ = true;
};

// zstd, of one or several frames.
class ZstdSource : public ByteSource {
 public:
  explicit ZstdSource(CompressedInput input)
      : input_(std::move(input)), stream_(ZSTD_createDStream()) {}
  ~ZstdSource() override { ZSTD_freeDStream(stream_); }
  ZstdSource(const ZstdSource&) = delete;
  ZstdSource& operator=(const ZstdSource&) = delete;

  absl::StatusOr<size_t> Read(size_t max, std::string& out) override {
    const size_t before = out.size();
    while (out.size() == before) {
      const auto more = input_.Fill();
      if (!more.ok()) return more.status();
      if (!*more && !in_frame_) return size_t{0};
      // Also without new input: the decoder may hold output that did not fit the last time.
      if (absl::Status status = Decompress(max, out); !status.ok()) return status;
      if (!*more && out.size() == before) return input_.Damaged("the zstd data ends too early");
    }
    return out.size() - before;
  }

 private:
  absl::Status Decompress(size_t max, std::string& out) {
    const size_t before = out.size();
    out.resize(before + max);
    ZSTD_inBuffer in{input_.data(), input_.size(), 0};
    ZSTD_outBuffer written{out.data() + before, max, 0};
    const size_t result = ZSTD_decompressStream(stream_, &written, &in);
    out.resize(before + written.pos);
    input_.Use(in.pos);
    if (ZSTD_isError(result) != 0U) return input_.Damaged(ZSTD_getErrorName(result));
    in_frame_ = result != 0;
    return absl::OkStatus();
  }

  CompressedInput input_;
  ZSTD_DStream* stream_;
  bool in_frame_ = true;
};

absl::StatusOr<std::unique_ptr<ByteSource>> OpenFile(const std::string& path, std::string& magic) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  auto file = std::make_unique<FileSource>(path, fd);
  struct stat status {};
  if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is a directory; name its log files"));
  }
  magic.resize(kZstdMagic.size());
  const ssize_t got = pread(fd, magic.data(), magic.size(), 0);
  magic.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  return file;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(const std::string& path) {
  std::string magic;
  auto file = OpenFile(path, magic);
  if (!file.ok()) return file.status();
  if (absl::StartsWith(magic, kGzipMagic)) {
    return std::make_unique<GzipSource>(CompressedInput(path, *std::move(file)));
  }
  if (absl::StartsWith(magic, kZstdMagic)) {
    return std::make_unique<ZstdSource>(CompressedInput(path, *std::move(file)));
  }
  return file;
}

}  // namespace proverlog
