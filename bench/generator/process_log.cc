#include "bench/generator/process_log.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace proverlog::generator {
namespace {

std::string TimeOfDay(UnixMillis at) {
  const int64_t millis = at % 86'400'000;
  return absl::StrFormat("%02d:%02d:%02d.%03d", millis / 3'600'000, millis / 60'000 % 60,
                         millis / 1000 % 60, millis % 1000);
}

}  // namespace

std::string IdAndType(const JobName& job) {
  return absl::StrCat("id=", job.id, " type=", job.type);
}

std::string JobData(absl::string_view key, const JobName& job) {
  return absl::StrCat("\"", key, "\":\"", job.id, "\"");
}

void ProcessLog::Print(absl::string_view line) {
  line_.clear();
  absl::StrAppend(&line_, line, "\n");
  sink_.OnText(log_, line_);
}

void ProcessLog::Write(int level, absl::string_view level_name, absl::string_view module,
                       absl::string_view message, absl::string_view data) {
  line_.clear();
  if (format_ == LogFormat::kPretty) {
    absl::StrAppend(&line_, "[", TimeOfDay(clock_), "] ", level_name, ": ", module, " ", message);
    if (!data.empty()) absl::StrAppend(&line_, " {", data, "}");
    absl::StrAppend(&line_, "\n");
  } else {
    absl::StrAppend(&line_, "{\"level\":", level, ",\"time\":", clock_, ",\"pid\":", pid_,
                    ",\"hostname\":\"", machine_, "\",\"module\":\"", module, "\",", data,
                    data.empty() ? "" : ",");
    absl::StrAppend(&line_, "\"msg\":\"",
                    absl::StrReplaceAll(message, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}),
                    "\"}\n");
  }
  sink_.OnText(log_, line_);
}

}  // namespace proverlog::generator
