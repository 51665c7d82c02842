#include "codec/zstd_frame.h"

#include <zstd.h>

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

constexpr int kLevel = 1;
// RFC 8878, 3.1.1.1: the frame header's descriptor follows the magic number; where the frame is not
// one segment, whose window is its content, the window's descriptor is next.
constexpr size_t kDescriptorAt = 4;
constexpr size_t kWindowDescriptorAt = 5;
constexpr unsigned char kChecksumFlag = 0x04;
constexpr unsigned char kSingleSegmentFlag = 0x20;

// The window that the header of a whole frame asks for (3.1.1.1.2).
uint64_t WindowOf(absl::string_view frame, size_t raw_size) {
  if ((static_cast<unsigned char>(frame[kDescriptorAt]) & kSingleSegmentFlag) != 0) return raw_size;
  const auto descriptor = static_cast<unsigned char>(frame[kWindowDescriptorAt]);
  const uint64_t base = uint64_t{1} << (10 + (descriptor >> 3));
  return base + base / 8 * (descriptor & 7);
}

// Bounds that keep a frame from costing more than its bytes are worth.
absl::Status CheckLimits(absl::string_view frame, size_t raw_size) {
  const uint64_t window = WindowOf(frame, raw_size);
  if (window > kMaxWindowBytes) {
    return absl::InvalidArgumentError(absl::StrCat("the zstd frame needs a window of ", window,
                                                   " bytes; at most ", kMaxWindowBytes,
                                                   " are allowed"));
  }
  // What zstd needs for bytes that cannot be compressed; a frame of empty blocks can be any size.
  const size_t max_size = ZSTD_compressBound(raw_size);
  if (frame.size() > max_size) {
    return absl::InvalidArgumentError(absl::StrCat("the zstd frame has ", frame.size(),
                                                   " bytes; at most ", max_size,
                                                   " are allowed for ", raw_size));
  }
  return absl::OkStatus();
}

absl::Status CheckHeader(absl::string_view frame, size_t raw_size) {
  const unsigned long long content_size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (content_size == ZSTD_CONTENTSIZE_ERROR) {
    return absl::InvalidArgumentError("it is not a zstd frame");
  }
  if (content_size == ZSTD_CONTENTSIZE_UNKNOWN) {
    return absl::InvalidArgumentError("the zstd frame does not state its content size");
  }
  if (content_size != raw_size) {
    return absl::InvalidArgumentError(absl::StrCat("the zstd frame holds ", content_size,
                                                   " bytes where ", raw_size, " are announced"));
  }
  if ((static_cast<unsigned char>(frame[kDescriptorAt]) & kChecksumFlag) == 0) {
    return absl::InvalidArgumentError("the zstd frame has no checksum");
  }
  if (ZSTD_getDictID_fromFrame(frame.data(), frame.size()) != 0) {
    return absl::InvalidArgumentError("the zstd frame needs a dictionary");
  }
  if (absl::Status status = CheckLimits(frame, raw_size); !status.ok()) return status;
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) {
    return absl::InvalidArgumentError("it is not exactly one zstd frame");
  }
  return absl::OkStatus();
}

}  // namespace

std::string CompressFrame(absl::string_view raw) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string frame(ZSTD_compressBound(raw.size()), '\0');
  const size_t size =
      ZSTD_compress2(context.get(), frame.data(), frame.size(), raw.data(), raw.size());
  frame.resize(size);     // into a buffer of this bound, compression does not fail
  frame.shrink_to_fit();  // it may wait long
  return frame;
}

absl::StatusOr<std::string> DecompressFrame(absl::string_view frame, size_t raw_size) {
  if (absl::Status status = CheckHeader(frame, raw_size); !status.ok()) return status;
  std::string raw(raw_size, '\0');
  const size_t size = ZSTD_decompress(raw.data(), raw.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) != 0U) {
    return absl::InvalidArgumentError(
        absl::StrCat("the zstd frame is damaged: ", ZSTD_getErrorName(size)));
  }
  if (size != raw_size) return absl::InvalidArgumentError("the zstd frame is damaged");
  return raw;
}

}  // namespace proverlog
