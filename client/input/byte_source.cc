#include "client/input/byte_source.h"

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace proverlog {
namespace {

constexpr size_t kCompressedPiece = size_t{1} << 16;
constexpr absl::string_view kGzipMagic = "\x1f\x8b";
constexpr absl::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

class FileSource : public ByteSource {
 public:
  FileSource(std::string name, int fd) : name_(std::move(name)), fd_(fd) {}

  absl::StatusOr<size_t> Read(size_t max, std::string& out) override {
    const size_t before = out.size();
    out.resize(before + max);
    ssize_t got = 0;
    do {
      got = pread(fd_, out.data() + before, max, offset_);
    } while (got < 0 && errno == EINTR);
    out.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", name_));
    offset_ += got;
    return static_cast<size_t>(got);
  }

 private:
  std::string name_;
  int fd_;
  off_t offset_ = 0;
};

// Hands out compressed bytes piece by piece.
class CompressedInput {
 public:
  CompressedInput(std::string name, int fd) : name_(name), file_(std::move(name), fd) {}

  // Reads on where the piece is used up; false at the end of the file. Fails once it is damaged: a
  // decoder must not be called again after its error.
  absl::StatusOr<bool> Fill() {
    if (!damage_.ok()) return damage_;
    if (used_ < piece_.size()) return true;
    piece_.clear();
    used_ = 0;
    const auto got = file_.Read(kCompressedPiece, piece_);
    if (!got.ok()) return got.status();
    return *got > 0;
  }
  const char* data() const { return piece_.data() + used_; }
  size_t size() const { return piece_.size() - used_; }
  void Use(size_t bytes) { used_ += bytes; }

  absl::Status Damaged(absl::string_view why) {
    damage_ = absl::DataLossError(absl::StrCat(name_, " is damaged: ", why));
    return damage_;
  }

 private:
  std::string name_;
  FileSource file_;
  absl::Status damage_;
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
      if (absl::Status status = Decompress(max, out); !status.ok()) return status;
      if (!*more && out.size() == before) return input_.Damaged("the zstd data ends too early");
    }
    return out.size() - before;
  }

 private:
  absl::Status Decompress(size_t max, std::string& out) {
    const size_t before = out.size();
    const size_t room = std::min(max, ZSTD_DStreamOutSize());
    out.resize(before + room);
    ZSTD_inBuffer in{input_.data(), std::min(input_.size(), InputForOneBlock()), 0};
    ZSTD_outBuffer written{out.data() + before, room, 0};
    const size_t result = ZSTD_decompressStream(stream_, &written, &in);
    out.resize(before + written.pos);
    input_.Use(in.pos);
    if (ZSTD_isError(result) != 0U) return input_.Damaged(ZSTD_getErrorName(result));
    in_frame_ = result != 0;
    wanted_ = in_frame_ ? result : 1;
    output_was_full_ = written.pos == room;
    return absl::OkStatus();
  }

  // The decoder does not say how much of its output is good when it fails. So a call gets no more
  // input than one block: what the decoder wants is a block with the header of the next one.
  size_t InputForOneBlock() const {
    constexpr size_t kBlockHeader = 3;
    if (output_was_full_) return 0;  // it may hold more of the last block
    return wanted_ > kBlockHeader ? wanted_ - kBlockHeader : wanted_;
  }

  CompressedInput input_;
  ZSTD_DStream* stream_;
  bool in_frame_ = true;
  size_t wanted_ = 1;
  bool output_was_full_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> OpenByteSource(const std::string& name, int fd) {
  std::array<char, 4> first{};
  const ssize_t got = pread(fd, first.data(), first.size(), 0);
  const absl::string_view magic(first.data(), static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (absl::StartsWith(magic, kGzipMagic)) {
    return std::make_unique<GzipSource>(CompressedInput(name, fd));
  }
  if (absl::StartsWith(magic, kZstdMagic)) {
    return std::make_unique<ZstdSource>(CompressedInput(name, fd));
  }
  return std::make_unique<FileSource>(name, fd);
}

}  // namespace proverlog
