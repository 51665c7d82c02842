#include "server/metrics/metrics.h"

#include <prometheus/text_serializer.h>

#include <algorithm>

#include "rpc/status.h"

namespace proverlog {
namespace {

// From a commit on a fast disk to the longest that anybody waits.
prometheus::Histogram::BucketBoundaries SecondsBuckets() {
  return {0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30};
}

prometheus::Family<prometheus::Counter>& Counters(prometheus::Registry& registry,
                                                  const std::string& name,
                                                  const std::string& help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

prometheus::Counter& OneCounter(prometheus::Registry& registry, const std::string& name,
                                const std::string& help) {
  return Counters(registry, name, help).Add({});
}

prometheus::Family<prometheus::Gauge>& Gauges(prometheus::Registry& registry,
                                              const std::string& name, const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

prometheus::Gauge& OneGauge(prometheus::Registry& registry, const std::string& name,
                            const std::string& help) {
  return Gauges(registry, name, help).Add({});
}

prometheus::Family<prometheus::Histogram>& Histograms(prometheus::Registry& registry,
                                                      const std::string& name,
                                                      const std::string& help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

prometheus::Histogram& OneHistogram(prometheus::Registry& registry, const std::string& name,
                                    const std::string& help) {
  return Histograms(registry, name, help).Add({}, SecondsBuckets());
}

}  // namespace

IngestMetrics::IngestMetrics(prometheus::Registry& registry)
    : lines(Counters(registry, "proverlog_ingest_lines_total", "Newlines in committed bytes")),
      bytes(Counters(registry, "proverlog_ingest_bytes_total", "Raw bytes that were committed")),
      batches(Counters(registry, "proverlog_ingest_batches_total", "Batches that were committed")),
      refusals(Counters(registry, "proverlog_ingest_refusals_total",
                        "Calls of senders that ended with an error")),
      streams_open(OneGauge(registry, "proverlog_ingest_streams_open", "Calls of StreamLogs")),
      queue_messages(OneGauge(registry, "proverlog_ingest_queue_messages",
                              "Senders' messages that wait for a commit")),
      queue_bytes(OneGauge(registry, "proverlog_ingest_queue_bytes",
                           "Bytes of these messages as they are archived")),
      commit_seconds(OneHistogram(registry, "proverlog_ingest_commit_seconds",
                                  "How long the database took to commit a group of batches")),
      ack_seconds(OneHistogram(registry, "proverlog_ingest_ack_seconds",
                               "From a batch's arrival to its acknowledgement")) {}

void IngestMetrics::CountBatch(absl::string_view prover, int64_t batch_bytes, int64_t batch_lines) {
  batches.Of(prover).Increment();
  bytes.Of(prover).Increment(static_cast<double>(batch_bytes));
  lines.Of(prover).Increment(static_cast<double>(batch_lines));
}

void IngestMetrics::OnRefusal(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  refusals.Add({{"reason", reason.empty() ? absl::StatusCodeToString(status.code()) : reason}})
      .Increment();
}

NormalizerMetrics::NormalizerMetrics(prometheus::Registry& registry)
    : bytes(OneCounter(registry, "proverlog_normalizer_bytes_total", "Raw bytes normalized")),
      lines(OneCounter(registry, "proverlog_normalizer_lines_total", "Lines normalized")),
      records(OneCounter(registry, "proverlog_normalizer_records_total", "Records normalized")),
      facts(OneCounter(registry, "proverlog_normalizer_facts_total", "Facts that records told")),
      events(OneCounter(registry, "proverlog_normalizer_events_total", "Events that were kept")),
      failures(OneCounter(registry, "proverlog_normalizer_failures_total",
                          "Steps and streams that failed, and blocks that were set aside")),
      step_seconds(OneHistogram(registry, "proverlog_normalizer_step_seconds",
                                "How long a step took, with its transaction")),
      lag_bytes_(Gauges(registry, "proverlog_normalizer_lag_bytes",
                        "Raw bytes committed and not normalized")),
      lag_seconds_(Gauges(registry, "proverlog_normalizer_lag_seconds",
                          "Age of the oldest bytes committed and not normalized")),
      unreadable_(Gauges(registry, "proverlog_normalizer_unreadable_ranges",
                         "Ranges of bytes that could not be read and are set aside")) {}

void NormalizerMetrics::SetLag(const std::vector<ProverLag>& behind) {
  for (auto& [gauge, value] : lag_) value = 0;
  for (const ProverLag& prover : behind) {
    lag_[&lag_bytes_.Of(prover.prover)] += static_cast<double>(prover.bytes);
    double& seconds = lag_[&lag_seconds_.Of(prover.prover)];
    seconds = std::max(seconds, prover.seconds);
  }
  for (const auto& [gauge, value] : lag_) gauge->Set(value);
}

void NormalizerMetrics::SetUnreadable(const std::map<std::string, int64_t>& ranges) {
  int64_t all = 0;
  for (auto& [gauge, value] : unreadable_of_) value = 0;
  for (const auto& [prover, count] : ranges) {
    unreadable_of_[&unreadable_.Of(prover)] += static_cast<double>(count);
    all += count;
  }
  for (const auto& [gauge, value] : unreadable_of_) gauge->Set(value);
  unreadable_ranges_ = all;
}

QueryMetrics::QueryMetrics(prometheus::Registry& registry)
    : requests(Counters(registry, "proverlog_query_requests_total", "Answers to queries")),
      seconds(
          Histograms(registry, "proverlog_query_seconds", "From a query's arrival to its answer")),
      tails_open(OneGauge(registry, "proverlog_query_tails_open", "Calls of TailLines")),
      watches_open(OneGauge(registry, "proverlog_query_watches_open", "Calls of WatchAlerts")) {}

void QueryMetrics::CountAnswer(const std::string& method, absl::StatusCode code) {
  requests.Add({{"method", method}, {"code", absl::StatusCodeToString(code)}}).Increment();
}

void QueryMetrics::OnAnswer(const std::string& method, absl::StatusCode code, absl::Duration took) {
  CountAnswer(method, code);
  seconds.Add({{"method", method}}, SecondsBuckets()).Observe(absl::ToDoubleSeconds(took));
}

RuleMetrics::RuleMetrics(prometheus::Registry& registry)
    : leads(OneGauge(registry, "proverlog_alerts_evaluates",
                     "1 on the replica that evaluates the rules, else 0")),
      failures(OneCounter(registry, "proverlog_alerts_evaluation_failures_total",
                          "Evaluations of a prover that failed")),
      round_seconds(OneHistogram(registry, "proverlog_alerts_round_seconds",
                                 "How long evaluating all provers took")),
      firing(Gauges(registry, "proverlog_alerts_firing", "Alerts that fire")),
      fired(Counters(registry, "proverlog_alerts_fired_total", "Alerts that began to fire")) {
  for (const Severity severity : {Severity::kInfo, Severity::kWarning, Severity::kCritical}) {
    SetFiring(severity, 0);
  }
}

void RuleMetrics::SetFiring(Severity severity, int alerts) {
  firing.Add({{"severity", std::string(SeverityName(severity))}}).Set(alerts);
}

void RuleMetrics::AddRule(const std::string& rule) { fired.Add({{"rule", rule}}); }

void RuleMetrics::CountFired(const std::string& rule) { fired.Add({{"rule", rule}}).Increment(); }

AlertMetrics::AlertMetrics(prometheus::Registry& registry)
    : deliveries(Counters(registry, "proverlog_alert_deliveries_total",
                          "Alerts that receivers were told, or were to be told")),
      oldest_seconds(Gauges(registry, "proverlog_alert_delivery_oldest_seconds",
                            "Age of the oldest alert that waits for its receiver")) {}

void AlertMetrics::AddReceiver(const std::string& receiver) {
  for (const char* outcome : {"delivered", "failed", "refused", "dropped"}) {
    Count(receiver, outcome, 0);
  }
  SetOldest(receiver, absl::ZeroDuration());
}

void AlertMetrics::Count(const std::string& receiver, const std::string& outcome, size_t alerts) {
  deliveries.Add({{"receiver", receiver}, {"outcome", outcome}})
      .Increment(static_cast<double>(alerts));
}

void AlertMetrics::SetOldest(const std::string& receiver, absl::Duration age) {
  oldest_seconds.Add({{"receiver", receiver}}).Set(absl::ToDoubleSeconds(age));
}

Metrics::Metrics(const std::string& version)
    : ingest(registry_),
      normalizer(registry_),
      query(registry_),
      rules(registry_),
      alerts(registry_),
      database_up(
          OneGauge(registry_, "proverlog_database_up", "1 while the database commits, else 0")) {
  Gauges(registry_, "proverlog_build_info", "1, with the version of the program")
      .Add({{"version", version}})
      .Set(1);
}

void Metrics::SetSchema(int database, int oldest, int newest) {
  auto& versions = Gauges(registry_, "proverlog_schema_version",
                          "Versions of the tables: the database's, and those that are served");
  versions.Add({{"of", "database"}}).Set(database);
  versions.Add({{"of", "oldest_served"}}).Set(oldest);
  versions.Add({{"of", "newest_served"}}).Set(newest);
}

std::string Metrics::Serialize() const {
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace proverlog
