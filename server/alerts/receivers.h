#ifndef PROVERLOG_SERVER_ALERTS_RECEIVERS_H_
#define PROVERLOG_SERVER_ALERTS_RECEIVERS_H_

#include <vector>

#include "model/time.h"
#include "server/alerts/http_transport.h"
#include "server/alerts/receiver.h"
#include "storage/alert_outbox.h"

namespace proverlog {

// Pure: what receivers are told, as docs/alert-delivery.md has it.

// How long Alertmanager is to take an alert for firing that it hears no more of, as Prometheus
// does: four rounds of a minute.
inline constexpr Millis kAlertmanagerHold = 240'000;

// What goes out as one message, each in the order in which it came: to Alertmanager all, which
// groups by itself; to others what is of the same prover and epoch, or machine where no epoch is
// named. At most 100 alerts a message.
std::vector<std::vector<Delivery>> GroupDeliveries(AlertProtocol protocol,
                                                   std::vector<Delivery> deliveries);

// One message: deliveries of one group.
HttpPost MakePost(const Receiver& receiver, const std::vector<Delivery>& deliveries,
                  UnixMillis now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_RECEIVERS_H_
