#ifndef PROVERLOG_RPC_HUMAN_H_
#define PROVERLOG_RPC_HUMAN_H_

#include <google/protobuf/duration.pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace proverlog {

// Values as people read them, in the sentences of the service and in those of the command.

// Three significant figures: "341 ms", "1.24 s", "2 m 05 s", "3 h 20 m".
std::string HumanDuration(absl::Duration duration);
std::string HumanDuration(const google::protobuf::Duration& duration);

// "1,024"
std::string HumanCount(int64_t count);

// "512 B", "1.5 MB"; 1 MB is a million bytes.
std::string HumanBytes(int64_t bytes);

// Three significant figures, of a thousand and more all of them: "0.042", "472", "2,550". It is not
// negative.
std::string HumanNumber(double number);

// A share within [0, 1] with so many decimals at most: "100 %", "91.65 %". It is rounded, but what
// is less than all is less than 100 %.
std::string HumanPercent(double share, int decimals);

// "1 job", "2 jobs"
std::string Plural(int64_t count, absl::string_view noun);

// "a", "a and b", "a, b and c"
std::string HumanList(const std::vector<std::string>& items);

// "epoch 3054", "epochs 3054, 3055 and 3057"
std::string HumanEpochs(absl::Span<const int32_t> epochs);

}  // namespace proverlog

#endif  // PROVERLOG_RPC_HUMAN_H_
