#include "server/query/report_troubles.h"

#include "absl/strings/ascii.h"
#include "model/log_level.h"
#include "rpc/convert.h"
#include "server/query/trouble_lines.h"

namespace proverlog {
namespace {

constexpr size_t kMaxTroublesShown = 50;

v1::ReportTrouble ToProto(const Trouble& trouble) {
  v1::ReportTrouble proto;
  proto.set_level(absl::AsciiStrToUpper(LogLevelName(trouble.level)));
  proto.set_module(trouble.module);
  proto.set_message_template(trouble.message_template);
  proto.set_count(trouble.count);
  if (trouble.first_at) *proto.mutable_first_time() = ToProtoTimestamp(*trouble.first_at);
  proto.set_machine(trouble.example.machine);
  proto.set_source(trouble.example.source);
  proto.set_stream_id(trouble.example.stream_id);
  proto.set_offset(trouble.example.offset);
  return proto;
}

}  // namespace

absl::Status AddTroubles(QueryStore& store, const ProverRef& prover,
                         const std::vector<EpochWindow>& times, v1::GetReportResponse& report) {
  const auto lines = TroubleLinesOf(store, prover, times);
  if (!lines.ok()) return lines.status();
  v1::ReportTroubles& troubles = *report.mutable_troubles();
  troubles.set_kinds(static_cast<int32_t>(lines->troubles.size()));
  troubles.set_records(lines->records);
  troubles.set_all_read(!lines->stopped_at && !lines->more_logs && !lines->more_troubles);
  for (size_t i = 0; i < lines->troubles.size() && i < kMaxTroublesShown; ++i) {
    *troubles.add_troubles() = ToProto(lines->troubles[i]);
  }
  return absl::OkStatus();
}

}  // namespace proverlog
