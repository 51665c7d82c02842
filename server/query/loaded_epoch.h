#ifndef PROVERLOG_SERVER_QUERY_LOADED_EPOCH_H_
#define PROVERLOG_SERVER_QUERY_LOADED_EPOCH_H_

#include "analysis/epoch_summary.h"
#include "storage/query_store.h"

namespace proverlog {

// An epoch as it was loaded, and what follows.
struct LoadedEpoch {
  EpochState state;
  EpochSummary summary;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LOADED_EPOCH_H_
