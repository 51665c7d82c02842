#ifndef PROVERLOG_MODEL_COMPLETED_JOB_H_
#define PROVERLOG_MODEL_COMPLETED_JOB_H_

#include <string>

#include "model/time.h"

namespace proverlog {

// All that is needed of a completed job to say how its epoch went along.
struct CompletedJob {
  std::string type;
  UnixMillis first_at = 0;  // the first fact that is no look back
  UnixMillis ended_at = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_COMPLETED_JOB_H_
