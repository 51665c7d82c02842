#ifndef PROVERLOG_NORMALIZER_UNKNOWN_MESSAGES_H_
#define PROVERLOG_NORMALIZER_UNKNOWN_MESSAGES_H_

#include <cstdint>
#include <optional>

#include "model/time.h"
#include "model/unknown_message.h"
#include "normalizer/record.h"

namespace proverlog {

// Counts the records that nobody understood (NormalizerSink::OnUnknown) by kind: kMaxUnknownKinds
// of them, and the others together. Not thread-safe.
class UnknownMessages {
 public:
  void Add(const Record& record, std::optional<UnixMillis> at, int64_t line_offset);

  const UnknownCounts& counts() const { return counts_; }

 private:
  UnknownCounts counts_;
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_UNKNOWN_MESSAGES_H_
