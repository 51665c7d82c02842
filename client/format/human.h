#ifndef PROVERLOG_CLIENT_FORMAT_HUMAN_H_
#define PROVERLOG_CLIENT_FORMAT_HUMAN_H_

#include <google/protobuf/timestamp.pb.h>

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rpc/human.h"

namespace proverlog {

// Instants and names of messages as people read them, beside what rpc/human.h has.

// In UTC, to the millisecond: "2026-11-21 03:00:46.633".
std::string HumanTime(absl::Time time);
std::string HumanTime(const google::protobuf::Timestamp& timestamp);

// The beginnings of it that are its date, and all but the milliseconds.
inline constexpr size_t kDateLength = 10;
inline constexpr size_t kSecondsLength = 19;

// Its time of day: "03:00:46.633".
std::string TimeOfDay(absl::Time time);
std::string TimeOfDay(const google::protobuf::Timestamp& timestamp);

// When what began at `begin` ended: with its date where it is another day's.
std::string EndTime(const google::protobuf::Timestamp& begin,
                    const google::protobuf::Timestamp& end);

// "in progress" of EPOCH_OUTCOME_IN_PROGRESS, whose prefix is "EPOCH_OUTCOME_".
std::string HumanEnum(absl::string_view name, absl::string_view prefix);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_FORMAT_HUMAN_H_
