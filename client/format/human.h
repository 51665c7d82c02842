#ifndef PROVERLOG_CLIENT_FORMAT_HUMAN_H_
#define PROVERLOG_CLIENT_FORMAT_HUMAN_H_

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace proverlog {

// Values as people read them.

// Three significant figures: "341 ms", "1.24 s", "2 m 05 s", "3 h 20 m".
std::string HumanDuration(absl::Duration duration);
std::string HumanDuration(const google::protobuf::Duration& duration);

// "1,024"
std::string HumanCount(int64_t count);

// "512 B", "1.5 MB"; 1 MB is a million bytes.
std::string HumanBytes(int64_t bytes);

// In UTC, to the millisecond: "2026-11-21 03:00:46.633".
std::string HumanTime(absl::Time time);
std::string HumanTime(const google::protobuf::Timestamp& timestamp);

// The beginnings of it that are its date, and all but the milliseconds.
inline constexpr size_t kDateLength = 10;
inline constexpr size_t kSecondsLength = 19;

// Its time of day: "03:00:46.633".
std::string TimeOfDay(absl::Time time);
std::string TimeOfDay(const google::protobuf::Timestamp& timestamp);

// "in progress" of EPOCH_OUTCOME_IN_PROGRESS, whose prefix is "EPOCH_OUTCOME_".
std::string HumanEnum(absl::string_view name, absl::string_view prefix);

// "1 job", "2 jobs"
std::string Plural(int64_t count, const std::string& noun);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_FORMAT_HUMAN_H_
