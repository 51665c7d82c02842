#ifndef PROVERLOG_MODEL_JOB_PURPOSE_H_
#define PROVERLOG_MODEL_JOB_PURPOSE_H_

#include "absl/strings/string_view.h"

namespace proverlog {

// What the jobs of a type prove, in a phrase ("the proof of a block from its merged txs"); empty
// where the type is not known. By the circuits of Aztec's prover client, 0.87 to 5.2.
absl::string_view PurposeOf(absl::string_view type);

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_JOB_PURPOSE_H_
