#ifndef PROVERLOG_SERVER_METRICS_METRICS_H_
#define PROVERLOG_SERVER_METRICS_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "model/alert.h"

namespace proverlog {

// Beyond these, provers share the label "other": a time series costs its readers memory for good.
inline constexpr size_t kMaxLabelledProvers = 1000;

// A metric for each prover. Thread-safe; the family outlives it.
template <typename Metric>
class PerProver {
 public:
  explicit PerProver(prometheus::Family<Metric>& family) : family_(family) {}

  Metric& Of(absl::string_view prover) {
    absl::MutexLock lock(&mutex_);
    if (const auto found = metrics_.find(prover); found != metrics_.end()) return *found->second;
    if (metrics_.size() >= kMaxLabelledProvers) return family_.Add({{"prover", "other"}});
    Metric& metric = family_.Add({{"prover", std::string(prover)}});
    metrics_.emplace(prover, &metric);
    return metric;
  }

 private:
  prometheus::Family<Metric>& family_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Metric*> metrics_ ABSL_GUARDED_BY(mutex_);
};

// Of what comes in. Thread-safe.
struct IngestMetrics {
  explicit IngestMetrics(prometheus::Registry& registry);

  // A batch is committed.
  void CountBatch(absl::string_view prover, int64_t batch_bytes, int64_t batch_lines);
  // A call ended with this error.
  void OnRefusal(const absl::Status& status);

  PerProver<prometheus::Counter> lines;
  PerProver<prometheus::Counter> bytes;
  PerProver<prometheus::Counter> batches;
  prometheus::Family<prometheus::Counter>& refusals;
  prometheus::Gauge& streams_open;
  prometheus::Gauge& queue_messages;
  prometheus::Gauge& queue_bytes;
  prometheus::Histogram& commit_seconds;
  prometheus::Histogram& ack_seconds;
};

// What of a prover's logs is committed and not normalized.
struct ProverLag {
  std::string prover;
  int64_t bytes = 0;
  double seconds = 0;  // since the oldest of these bytes came
};

// Of the normalizer. The counters are thread-safe; one thread sets the lag and what is unreadable.
struct NormalizerMetrics {
  explicit NormalizerMetrics(prometheus::Registry& registry);

  // These provers are behind, and no others.
  void SetLag(const std::vector<ProverLag>& behind);
  // So many ranges of bytes of these provers' logs could not be read, and of no others'.
  void SetUnreadable(const std::map<std::string, int64_t>& ranges);
  // Of all provers; may be asked by any thread.
  int64_t unreadable_ranges() const { return unreadable_ranges_; }

  prometheus::Counter& bytes;
  prometheus::Counter& lines;
  prometheus::Counter& records;
  prometheus::Counter& facts;
  prometheus::Counter& events;
  prometheus::Counter& failures;
  prometheus::Histogram& step_seconds;

 private:
  PerProver<prometheus::Gauge> lag_bytes_;
  PerProver<prometheus::Gauge> lag_seconds_;
  std::map<prometheus::Gauge*, double> lag_;  // all that were ever set
  PerProver<prometheus::Gauge> unreadable_;
  std::map<prometheus::Gauge*, double> unreadable_of_;  // all that were ever set
  std::atomic<int64_t> unreadable_ranges_ = 0;
};

// Of the answers. Thread-safe.
struct QueryMetrics {
  explicit QueryMetrics(prometheus::Registry& registry);

  // `method` is the short one, as GetEpochSummary.
  void OnAnswer(const std::string& method, absl::StatusCode code, absl::Duration took);
  // An answer of which nobody asks how long it took.
  void CountAnswer(const std::string& method, absl::StatusCode code);

  prometheus::Family<prometheus::Counter>& requests;
  prometheus::Family<prometheus::Histogram>& seconds;
  prometheus::Gauge& tails_open;
  prometheus::Gauge& watches_open;
};

// Of the rules. Thread-safe.
struct RuleMetrics {
  explicit RuleMetrics(prometheus::Registry& registry);

  // So many alerts of the severity fire; on the replica that evaluates them.
  void SetFiring(Severity severity, int alerts);
  // From now on there are figures of it.
  void AddRule(const std::string& rule);
  // An alert of the rule began to fire.
  void CountFired(const std::string& rule);

  prometheus::Gauge& leads;
  prometheus::Counter& failures;
  prometheus::Histogram& round_seconds;
  prometheus::Family<prometheus::Gauge>& firing;
  prometheus::Family<prometheus::Counter>& fired;
};

// Of what is told to the receivers of alerts. Thread-safe.
struct AlertMetrics {
  explicit AlertMetrics(prometheus::Registry& registry);

  // From now on there are figures of it.
  void AddReceiver(const std::string& receiver);
  // `outcome` is "delivered", "failed", "refused" or "dropped".
  void Count(const std::string& receiver, const std::string& outcome, size_t alerts);
  // How long the receiver waits for what waits longest.
  void SetOldest(const std::string& receiver, absl::Duration age);

  prometheus::Family<prometheus::Counter>& deliveries;
  prometheus::Family<prometheus::Gauge>& oldest_seconds;
};

// What the service counts and measures of itself, for Prometheus; docs/metrics.md lists it. Each
// layer is given its own part. Thread-safe as the parts are; outlives whoever has a part.
class Metrics {
 private:
  prometheus::Registry registry_;

 public:
  explicit Metrics(const std::string& version);
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The version of the database's tables, and the range that the program serves.
  void SetSchema(int database, int oldest, int newest);

  // All of it in Prometheus's text format, version 0.0.4.
  std::string Serialize() const;

  IngestMetrics ingest;
  NormalizerMetrics normalizer;
  QueryMetrics query;
  RuleMetrics rules;
  AlertMetrics alerts;
  prometheus::Gauge& database_up;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_METRICS_METRICS_H_
