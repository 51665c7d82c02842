#ifndef PROVERLOG_SERVER_INGEST_VALIDATION_H_
#define PROVERLOG_SERVER_INGEST_VALIDATION_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/stream.h"
#include "proverlog/v1/ingest.pb.h"
#include "storage/archive_store.h"
#include "storage/types.h"

namespace proverlog {

// The rules of ingest.proto. Each failure is INVALID_ARGUMENT and names the field, the value and
// what is allowed; a batch over the limit is RESOURCE_EXHAUSTED.

absl::Status ValidateHello(const v1::Hello& hello);

// The anchors in order of their offsets.
absl::StatusOr<std::vector<Anchor>> ValidateAnchors(const v1::Open& open);

// A batch's bytes: as the archive keeps them, and raw. It must begin at `committed_offset`, or the
// result is ABORTED with the reason OFFSET_MISMATCH.
struct ValidBatch {
  Block block;
  std::string raw;
};
absl::StatusOr<ValidBatch> ValidateBatch(const v1::Batch& batch, int64_t committed_offset);

// A gap that begins at `committed_offset`, with its anchor, if any.
absl::StatusOr<Gap> ValidateGap(const v1::Gap& gap, int64_t committed_offset);

// What PushLogs appends.
absl::StatusOr<PushedLines> ValidatePush(const v1::PushLogsRequest& request);

// ABORTED with the reason OFFSET_MISMATCH and the committed offset.
absl::Status OffsetMismatch(int64_t offset, int64_t committed_offset);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_INGEST_VALIDATION_H_
