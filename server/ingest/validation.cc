#include "server/ingest/validation.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
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
constexpr int64_t kMaxGapBytes = int64_t{1} << 40;

bool IsProverChar(char c) {
  return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '.' || c == '_' || c == '-';
}

absl::Status ValidateProver(absl::string_view field, const std::string& prover) {
  const bool valid = !prover.empty() && prover.size() <= kMaxProverLength &&
                     std::all_of(prover.begin(), prover.end(), IsProverChar);
  if (valid) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("\"", absl::CHexEscape(prover.substr(0, 64)),
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

absl::Status ValidateAnchor(absl::string_view field, const Anchor& anchor) {
  if (anchor.offset < 0) {
    return InvalidField(absl::StrCat(field, ".offset"),
                        absl::StrCat(anchor.offset, " is negative"));
  }
  if (!IsPrintableInstant(anchor.at)) {
    return InvalidField(absl::StrCat(field, ".time"), "it is not between the years 1970 and 9999");
  }
  const auto zone = LoadTimeZone(anchor.time_zone);
  if (!zone.ok()) return InvalidField(absl::StrCat(field, ".time_zone"), zone.status().message());
  return absl::OkStatus();
}

absl::Status CheckSize(int64_t bytes) {
  if (bytes <= kMaxBlockBytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the batch has ", bytes, " bytes; max_batch_bytes is ", kMaxBlockBytes));
}

absl::Status ValidateRange(const v1::Batch& batch, int64_t committed_offset) {
  const int64_t begin = batch.begin_offset();
  const int64_t end = batch.end_offset();
  if (begin != committed_offset) return OffsetMismatch(begin, committed_offset);
  if (end <= begin) {
    return InvalidField("batch.end_offset",
                        absl::StrCat(end, " is not greater than begin_offset ", begin));
  }
  return CheckSize(end - begin);
}

// Each line with its newline.
absl::StatusOr<std::string> JoinLines(const v1::Lines& lines) {
  std::string raw;
  for (const std::string& line : lines.lines()) {
    if (absl::StrContains(line, '\n')) {
      return InvalidField("lines", "a line contains a newline; send it as two lines");
    }
    absl::StrAppend(&raw, line, "\n");
  }
  return raw;
}

// The bytes must be as many as the batch announces.
absl::StatusOr<ValidBatch> CompressRaw(std::string raw, ValidBatch valid, absl::string_view field) {
  const int64_t size = valid.block.end_offset - valid.block.begin_offset;
  if (static_cast<int64_t>(raw.size()) != size) {
    return InvalidField(
        field, absl::StrCat("it has ", raw.size(), " bytes where ", size, " are announced"));
  }
  valid.raw = std::move(raw);
  valid.block.zstd = CompressFrame(valid.raw);
  return valid;
}

}  // namespace

absl::Status ValidateHello(const v1::Hello& hello) {
  if (auto status = ValidateProver("hello.prover", hello.prover()); !status.ok()) return status;
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
    if (absl::Status status = ValidateAnchor("open.anchors", anchors.back()); !status.ok())
      return status;
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
      return CompressRaw(batch.raw(), std::move(valid), "batch.raw");
    case v1::Batch::kLines: {
      auto raw = JoinLines(batch.lines());
      if (!raw.ok()) return raw.status();
      return CompressRaw(*std::move(raw), std::move(valid), "batch.lines");
    }
    case v1::Batch::kZstd: {
      auto raw = DecompressFrame(batch.zstd(), size);
      if (!raw.ok()) return InvalidField("batch.zstd", raw.status().message());
      valid.raw = *std::move(raw);
      valid.block.zstd = batch.zstd();
      return valid;
    }
    case v1::Batch::PAYLOAD_NOT_SET:
      break;
  }
  return InvalidField("batch.payload", "none of raw, zstd and lines is set");
}

absl::StatusOr<Gap> ValidateGap(const v1::Gap& gap, int64_t committed_offset) {
  if (gap.begin_offset() != committed_offset) {
    return OffsetMismatch(gap.begin_offset(), committed_offset);
  }
  if (gap.end_offset() < gap.begin_offset()) {
    return InvalidField("gap.end_offset", absl::StrCat(gap.end_offset(), " is before begin_offset ",
                                                       gap.begin_offset()));
  }
  if (gap.end_offset() - gap.begin_offset() > kMaxGapBytes) {
    return InvalidField("gap.end_offset",
                        absl::StrCat(gap.end_offset(), " is more than 1 TiB after begin_offset"));
  }
  const auto reason = ParseGapReason(gap.reason());
  if (!reason || *reason == GapReason::kRetention || *reason == GapReason::kUnreadable) {
    return InvalidField("gap.reason", absl::StrCat(gap.reason(), " is no reason of a sender"));
  }
  if (gap.has_anchor()) {
    const Anchor anchor = FromProto(gap.anchor());
    if (absl::Status status = ValidateAnchor("gap.anchor", anchor); !status.ok()) return status;
    if (anchor.offset != gap.end_offset()) {
      return InvalidField("gap.anchor.offset", absl::StrCat(anchor.offset, " is not end_offset"));
    }
  }
  return Gap{gap.begin_offset(), gap.end_offset(), *reason, 0, ""};
}

absl::StatusOr<PushedLines> ValidatePush(const v1::PushLogsRequest& request) {
  if (auto status = ValidateProver("prover", request.prover()); !status.ok()) return status;
  if (auto status = ValidateLabel("machine", request.machine()); !status.ok()) return status;
  if (auto status = ValidateLabel("source", request.source()); !status.ok()) return status;
  PushedLines lines{request.prover(), request.machine(), request.source(), {}, request.raw(), {}};
  if (request.has_lines()) {
    auto joined = JoinLines(request.lines());
    if (!joined.ok()) return joined.status();
    lines.raw = *std::move(joined);
  }
  if (lines.raw.empty()) return InvalidField("payload", "there is nothing to append");
  if (auto status = CheckSize(static_cast<int64_t>(lines.raw.size())); !status.ok()) return status;
  if (request.has_begin_offset()) {
    if (request.begin_offset() < 0) {
      return InvalidField("begin_offset", absl::StrCat(request.begin_offset(), " is negative"));
    }
    lines.begin_offset = request.begin_offset();
  }
  if (request.has_anchor()) {
    lines.anchors.push_back(FromProto(request.anchor()));
    const absl::Status status = ValidateAnchor("anchor", lines.anchors.back());
    if (!status.ok()) return status;
  }
  return lines;
}

absl::Status OffsetMismatch(int64_t offset, int64_t committed_offset) {
  return WithReason(
      absl::AbortedError(absl::StrCat("offset ", offset, " is not the committed offset ",
                                      committed_offset, "; begin again with Hello")),
      "OFFSET_MISMATCH", {{"committed_offset", absl::StrCat(committed_offset)}});
}

}  // namespace proverlog
