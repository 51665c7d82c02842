#include "codec/zstd_frame.h"

#include <zstd.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

constexpr int kLevel = 1;
// RFC 8878, 3.1.1.1.1: the frame header descriptor follows the magic number.
constexpr size_t kDescriptorAt = 4;
constexpr unsigned char kChecksumFlag = 0x04;

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
  frame.resize(size);  // into a buffer of this bound, compression does not fail
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
