#ifndef PROVERLOG_TESTS_TESTING_UTIL_READ_LOGS_H_
#define PROVERLOG_TESTS_TESTING_UTIL_READ_LOGS_H_

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/epoch_collector.h"
#include "analysis/job_set.h"
#include "normalizer/stream_normalizer.h"
#include "tests/testing_util/simulated_prover.h"

namespace proverlog::testing_util {

// What the product's normalizer reads of a prover's logs.
struct ReadLogs : JobSet {
  explicit ReadLogs(const SimulatedProver& prover) {
    static const MessageIndex index;
    for (size_t log = 0; log < prover.logs.size(); ++log) {
      StreamLabels labels{static_cast<int64_t>(log) + 1,
                          prover.logs[log].machine,
                          prover.logs[log].name,
                          {Anchor{0, prover.options.start, "UTC"}}};
      auto normalizer = StreamNormalizer::Create(std::move(labels), {}, &index);
      EXPECT_TRUE(normalizer.ok()) << normalizer.status();
      normalizer->Feed(prover.texts[log], *this);
      normalizer->Seal(*this);
    }
    for (const auto& [id, facts] : facts()) {
      for (const Fact& fact : facts) {
        if (fact.kind == FactKind::kEnqueued) collector.AddEnqueue(id.epoch, fact.at);
      }
    }
  }
  void OnEvent(const Event& event) override {
    collector.AddEvent(event);
    events.push_back(event);
  }

  EpochCollector collector;
  std::vector<Event> events;
};

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_READ_LOGS_H_
