#ifndef PROVERLOG_SERVER_ALERTS_EPOCH_VIEW_H_
#define PROVERLOG_SERVER_ALERTS_EPOCH_VIEW_H_

#include <map>
#include <string>
#include <vector>

#include "alerts/prover_view.h"
#include "analysis/epoch_shape.h"
#include "analysis/proof_deadline.h"
#include "model/epoch_context.h"
#include "model/event.h"

namespace proverlog {

// How an epoch's view is made of what is stored, the same of now and of an earlier time.

// The kinds of events of an epoch that it is made of, beside those of its sessions.
const std::vector<std::string>& EpochEventKinds();

// Of jobs and context all else but estimate, deadline, submission and figures.
void DeriveState(EpochView& view);

// What its events of EpochEventKinds() tell; estimates of an epoch that goes on, up to `as_of`,
// against the earlier ones.
void DeriveEnd(const std::vector<Event>& events, UnixMillis as_of,
               const std::vector<EpochShape>& earlier, EpochView& view);

// The submissions of the view's epochs and, of those that go on, their deadlines. `loose` are
// events that belong to no epoch, as far as their kinds say.
void DeriveSubmissions(std::map<int32_t, std::vector<Event>> events,
                       const std::vector<Event>& loose,
                       const std::map<int32_t, EpochContext>& contexts, const KnownTiming& timing,
                       ProverView& view);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_EPOCH_VIEW_H_
