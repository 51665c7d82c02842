#include "server/ingest/validation.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "codec/zstd_frame.h"
#include "normalizer/timeline.h"
#include "normalizer/utf8.h"
#include "rpc/convert.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

constexpr size_t kMaxProverLength = 63;
constexpr size_t kMaxLabelLength = 255;
constexpr int kMaxAnchors = 100;

bool IsProverChar(char c) {
  return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '.' || c == '_' || c == '-';
}

absl::Status ValidateProver(const std::string& prover) {
  const bool valid = !prover.empty() && prover.size() <= kMaxProverLength &&
                     std::all_of(prover.begin(), prover.end(), IsProverChar);
  if (valid) return absl::OkStatus();
  return InvalidField("hello.prover", absl::StrCat("\"", absl::CHexEscape(prover.substr(0, 64)),
                                                   "\" is not 1 to 63 of [a-z0-9._-]"));
}

absl::Status ValidateLabel(absl::string_view field, const std::string& label) {
  const bool printable = std::none_of(label.begin(), label.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
  const bool valid = !label.empty() && label.size() <= kMaxLabelLength && printable &&
                     CleanUtf8(label, label.size()) == label;
  if (valid) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("\"", absl::CHexEscape(label.substr(0, 64)),
                                          "\" is not 1 to 255 bytes of printable UTF-8"));
}

absl::Status ValidateAnchor(const Anchor& anchor) {
  if (anchor.offset < 0) {
    return InvalidField("open.anchors.offset", absl::StrCat(anchor.offset, " is negative"));
  }
  if (!IsPrintableInstant(anchor.at)) {
    return InvalidField("open.anchors.time", "it is not between the years 1970 and 9999");
  }
  const auto zone = LoadTimeZone(anchor.time_zone);
  if (!zone.ok()) return InvalidField("open.anchors.time_zone", zone.status().message());
  return absl::OkStatus();
}

absl::Status ValidateRange(const v1::Batch& batch, int64_t committed_offset) {
  const int64_t begin = batch.begin_offset();
  const int64_t end = batch.end_offset();
  if (begin != committed_offset) return OffsetMismatch(begin, committed_offset);
  if (end <= begin) {
    return InvalidField("batch.end_offset",
                        absl::StrCat(end, " is not greater than begin_offset ", begin));
  }
  if (end - begin > kMaxBlockBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the batch has ", end - begin, " bytes; max_batch_bytes is ", kMaxBlockBytes));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateHello(const v1::Hello& hello) {
  if (auto status = ValidateProver(hello.prover()); !status.ok()) return status;
  if (auto status = ValidateLabel("hello.machine", hello.machine()); !status.ok()) return status;
  if (auto status = ValidateLabel("hello.source", hello.source()); !status.ok()) return status;
  if (hello.head().empty() || hello.head().size() > kHeadBytes) {
    return InvalidField("hello.head", absl::StrCat("it has ", hello.head().size(),
                                                   " bytes, not 1 to ", kHeadBytes));
  }
  if (hello.size() < static_cast<int64_t>(hello.head().size())) {
    return InvalidField("hello.size", absl::StrCat(hello.size(), " is less than the head's size"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Anchor>> ValidateAnchors(const v1::Open& open) {
  if (open.anchors_size() > kMaxAnchors) {
    return InvalidField("open.anchors", absl::StrCat("there are ", open.anchors_size(),
                                                     ", at most ", kMaxAnchors, " are allowed"));
  }
  std::vector<Anchor> anchors;
  for (const v1::Anchor& proto : open.anchors()) {
    anchors.push_back(FromProto(proto));
    if (absl::Status status = ValidateAnchor(anchors.back()); !status.ok()) return status;
  }
  std::sort(anchors.begin(), anchors.end(),
            [](const Anchor& a, const Anchor& b) { return a.offset < b.offset; });
  const auto repeated =
      std::adjacent_find(anchors.begin(), anchors.end(),
                         [](const Anchor& a, const Anchor& b) { return a.offset == b.offset; });
  if (repeated != anchors.end()) {
    return InvalidField("open.anchors.offset", absl::StrCat(repeated->offset, " occurs twice"));
  }
  return anchors;
}

absl::StatusOr<ValidBatch> ValidateBatch(const v1::Batch& batch, int64_t committed_offset) {
  if (auto status = ValidateRange(batch, committed_offset); !status.ok()) return status;
  const auto size = static_cast<size_t>(batch.end_offset() - batch.begin_offset());
  ValidBatch valid;
  valid.block.begin_offset = batch.begin_offset();
  valid.block.end_offset = batch.end_offset();
  switch (batch.payload_case()) {
    case v1::Batch::kRaw:
      if (batch.raw().size() != size) {
        return InvalidField("batch.raw", absl::StrCat("it has ", batch.raw().size(),
                                                      " bytes where ", size, " are announced"));
      }
      valid.raw = batch.raw();
      valid.block.zstd = CompressFrame(valid.raw);
      return valid;
    case v1::Batch::kZstd: {
      auto raw = DecompressFrame(batch.zstd(), size);
      if (!raw.ok()) return InvalidField("batch.zstd", raw.status().message());
      valid.raw = *std::move(raw);
      valid.block.zstd = batch.zstd();
      return valid;
    }
    case v1::Batch::kLines:
    case v1::Batch::PAYLOAD_NOT_SET:
      break;
  }
  return InvalidField("batch.payload", "neither raw nor zstd is set");
}

absl::Status OffsetMismatch(int64_t offset, int64_t committed_offset) {
  return WithReason(
      absl::AbortedError(absl::StrCat("offset ", offset, " is not the committed offset ",
                                      committed_offset, "; begin again with Hello")),
      "OFFSET_MISMATCH");
}

}  // namespace proverlog
