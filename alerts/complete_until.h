#ifndef PROVERLOG_ALERTS_COMPLETE_UNTIL_H_
#define PROVERLOG_ALERTS_COMPLETE_UNTIL_H_

#include <optional>

#include "alerts/prover_view.h"
#include "model/time.h"

namespace proverlog {

// A log that is further behind is not waited for: `ingest_lag` says it. So long after the service
// was away, all may be.
inline constexpr Millis kFarBehind = 10 * kMinute;

// Up to when all logs of the view tell that are followed: what ProverView::complete_until is.
//
// - One whose sender was not heard of for two minutes holds nobody back: that is told by itself.
//   Just after the service was away those are waited for that were there before.
// - Nor does one that has nothing more to be read and is kFarBehind, nor one with records from long
//   before the last epoch began: somebody imports it, or its clock is wrong.
// - Where none is left, those that are behind say it, and where there is none of these, when the
//   last log was heard of.
// - It does not go back: `known` is up to when followed logs told before (none: not known), and is
//   kept here. What a log that comes late tells of the time before is known a little later.
UnixMillis CompleteUntil(const ProverView& view, std::optional<UnixMillis>& known);

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_COMPLETE_UNTIL_H_
