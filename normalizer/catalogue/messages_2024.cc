#include "normalizer/catalogue/catalogue.h"

namespace proverlog::catalogue {

// What the prover-agent and the broker of 2024 said otherwise than their successors. The ids of
// that year's jobs are random (d7c02e64): no epoch and no type, so nothing is said of a job. They
// are of 0.5x to 0.7x; the prover-client of 0.87 could not be read.
std::vector<MessageSpec> Messages2024() {
  using enum Writer;
  // A table: one entry a message reads better than one field a line.
  // clang-format off
  return {
      {kAgent, "0.50-0.87", "Picked up proving job {any}",
       "Picked up proving job id=d7c02e64 type=BASE_ROLLUP duration=12ms"},
      {kAgent, "0.50-0.87", "Processed proving job id={any}",
       "Processed proving job id=d7c02e64 type=BASE_ROLLUP duration=1234ms"},
      {kAgent, "0.50-0.87", "Dropping proving job id={any}",
       "Dropping proving job id=d7c02e64 type=BASE_ROLLUP duration=5ms: agent stopped"},
      {kAgent, "0.50-0.87", "Error processing proving job id={any}",
       "Error processing proving job id=d7c02e64 type=BASE_ROLLUP: Error: Too many open files"},
      {kAgent, "0.50-0.87", "Agent is running with {any} in-flight jobs: ",
       "Agent is running with 1 in-flight jobs: id=d7c02e64,type=BASE_ROLLUP"},
      {kBroker, "0.50-0.87", "Enqueued new proving job id={any}",
       "Enqueued new proving job id=d7c02e64"},
      {kBroker, "0.50-0.87", "Re-enqueuing proving job id={any}",
       "Re-enqueuing proving job id=d7c02e64"},
      {kBroker, "0.50-0.87", "Retrying proving job id={any} type={any} retry={any}{end}",
       "Retrying proving job id=d7c02e64 type=BASE_ROLLUP retry=1"},
      {kBroker, "0.50-0.87", "Marking proving job id={any} type={any} totalAttempts={any} as failed",
       "Marking proving job id=d7c02e64 type=BASE_ROLLUP totalAttempts=3 as failed"},
  };
  // clang-format on
}

}  // namespace proverlog::catalogue
