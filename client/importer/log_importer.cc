#include "client/importer/log_importer.h"

#include "absl/time/time.h"
#include "client/importer/import_call.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

constexpr absl::Duration kGiveUpAfter = absl::Seconds(30);

}  // namespace

ImportResult LogImporter::Import(const ImportRequest& request, LogFile& log, const LogScan& scan,
                                 const OnProgress& on_progress) {
  ImportResult result;
  if (scan.size == 0) {
    result.status = scan.damage;
    return result;
  }
  Backoff backoff;
  absl::Time last_progress = sleeper_->Now();
  for (;;) {
    const int64_t before = result.committed_offset;
    result.status = ImportCall(stub_, request, &log, &scan, &result).Run(on_progress);
    if (result.status.ok()) {
      result.status = scan.damage;
      return result;
    }
    if (result.committed_offset > before) {
      last_progress = sleeper_->Now();
      backoff.Reset();
    }
    // A server that was never there is the user's to look after; one that has no database now is.
    const bool is_there = result.stream_id != 0 || HasRetryDelay(result.status);
    if (!is_there || !IsWorthAnotherCall(result.status) ||
        sleeper_->Now() - last_progress > kGiveUpAfter) {
      return result;
    }
    sleeper_->Sleep(backoff.Next());
  }
}

}  // namespace proverlog
