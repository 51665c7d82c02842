#ifndef PROVERLOG_ANALYSIS_EPOCH_COLLECTOR_H_
#define PROVERLOG_ANALYSIS_EPOCH_COLLECTOR_H_

#include <cstdint>
#include <map>
#include <vector>

#include "model/epoch_context.h"
#include "model/event.h"
#include "model/time.h"

namespace proverlog {

// Collects what is known of epochs beyond their jobs. Not thread-safe.
class EpochCollector {
 public:
  // Of any kind; only those that tell of sessions are kept.
  void AddEvent(const Event& event);
  // The epoch's first enqueue by a broker, or a later one.
  void AddEnqueue(int32_t epoch, UnixMillis at);

  // By epoch; every epoch that an event or an enqueue named. An event that names no epoch belongs
  // to that of its session.
  std::map<int32_t, EpochContext> Contexts() const;

 private:
  std::vector<Event> events_;
  std::map<int32_t, UnixMillis> enqueued_at_;  // the first
};

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_EPOCH_COLLECTOR_H_
