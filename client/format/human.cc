#include "client/format/human.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "rpc/convert.h"

namespace proverlog {

std::string HumanTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%E3S", time, absl::UTCTimeZone());
}

std::string HumanTime(const google::protobuf::Timestamp& timestamp) {
  return HumanTime(absl::FromUnixMillis(FromProtoTimestamp(timestamp)));
}

std::string TimeOfDay(absl::Time time) {
  return absl::FormatTime("%H:%M:%E3S", time, absl::UTCTimeZone());
}

std::string TimeOfDay(const google::protobuf::Timestamp& timestamp) {
  return TimeOfDay(absl::FromUnixMillis(FromProtoTimestamp(timestamp)));
}

std::string EndTime(const google::protobuf::Timestamp& begin,
                    const google::protobuf::Timestamp& end) {
  constexpr size_t kDate = sizeof("2026-11-21") - 1;
  const std::string text = HumanTime(end);
  return HumanTime(begin).compare(0, kDate, text, 0, kDate) == 0 ? TimeOfDay(end) : text;
}

std::string HumanEnum(absl::string_view name, absl::string_view prefix) {
  absl::ConsumePrefix(&name, prefix);
  return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", " "}}));
}

}  // namespace proverlog
