#ifndef PROVERLOG_MODEL_JOB_ID_H_
#define PROVERLOG_MODEL_JOB_ID_H_

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/string_view.h"

namespace proverlog {

struct JobId;

// The parts of a job id, pointing into the text it was parsed from.
struct JobIdView {
  int32_t epoch = 0;
  absl::string_view type;
  absl::string_view hash;

  static JobIdView Of(const JobId& id);

  friend bool operator==(const JobIdView& a, const JobIdView& b) {
    return a.epoch == b.epoch && a.type == b.type && a.hash == b.hash;
  }
  template <typename H>
  friend H AbslHashValue(H h, const JobIdView& id) {
    return H::combine(std::move(h), id.epoch, id.type, id.hash);
  }
};

// Aztec's id of a proving job: `<epoch>:<TYPE>:<hash>`, the same on every prover that proves the
// same inputs (makeProvingJobId in prover-client). The set of types is open. The hash is 64
// lower-case hex digits in every version that prints the epoch; other tokens are kept as they are.
struct JobId {
  int32_t epoch = 0;
  std::string type;
  std::string hash;

  static JobId From(const JobIdView& view) {
    return {view.epoch, std::string(view.type), std::string(view.hash)};
  }
  std::string ToString() const;

  friend bool operator==(const JobId& a, const JobId& b) {
    return a.epoch == b.epoch && a.type == b.type && a.hash == b.hash;
  }
  friend bool operator<(const JobId& a, const JobId& b) {
    return std::tie(a.epoch, a.type, a.hash) < std::tie(b.epoch, b.type, b.hash);
  }
  template <typename H>
  friend H AbslHashValue(H h, const JobId& id) {
    return H::combine(std::move(h), id.epoch, id.type, id.hash);
  }
};

inline JobIdView JobIdView::Of(const JobId& id) { return {id.epoch, id.type, id.hash}; }

// Returns nothing unless the whole text is a job id. The epoch has no leading zeros and fits in 31
// bits, the type is at most 64 of [A-Z0-9_], the hash at most 128 of [A-Za-z0-9_-].
std::optional<JobIdView> ParseJobId(absl::string_view text);

// Whether the hash has the form that prover-client prints: 64 lower-case hex digits.
bool IsFullHash(absl::string_view hash);

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_JOB_ID_H_
