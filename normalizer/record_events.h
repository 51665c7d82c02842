#ifndef PROVERLOG_NORMALIZER_RECORD_EVENTS_H_
#define PROVERLOG_NORMALIZER_RECORD_EVENTS_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "model/circuit_run.h"
#include "model/event.h"
#include "normalizer/message_catalogue.h"
#include "normalizer/record.h"

namespace proverlog {

// What a record whose message is known says of anything but jobs; without its instant and its
// origin.

// The record's event, with the fields of docs/events.md.
Event EventOf(const MessageMatch& match, const Record& record);

// The step of a circuit that the record tells of (events circuit.witness, circuit.proved,
// circuit.verified and avm.proved), into `run`, whose epoch, job, instant and origin stay as they
// are; false where it tells of none, or not how long it took.
bool ReadCircuitRun(const MessageMatch& match, const Record& record, CircuitRun& run);

// The circuit that the event names; empty where it names none.
absl::string_view CircuitOf(const Event& event);

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_RECORD_EVENTS_H_
