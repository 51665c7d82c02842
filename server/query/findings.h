#ifndef PROVERLOG_SERVER_QUERY_FINDINGS_H_
#define PROVERLOG_SERVER_QUERY_FINDINGS_H_

#include <string>

#include "proverlog/v1/report.pb.h"

namespace proverlog {

// Adds sentences to a report, which outlives it. Not thread-safe.
class Findings {
 public:
  explicit Findings(v1::GetReportResponse* report) : report_(report) {}

  void Observe(const char* rule, const std::string& text) {
    Add(v1::FINDING_KIND_OBSERVATION, rule, text);
  }
  // A sign of health, or of trouble.
  void Judge(bool healthy, const char* rule, const std::string& text) {
    Add(healthy ? v1::FINDING_KIND_HEALTHY : v1::FINDING_KIND_UNHEALTHY, rule, text);
  }
  void Recommend(const char* rule, const std::string& text) {
    Add(v1::FINDING_KIND_RECOMMENDATION, rule, text);
  }

 private:
  void Add(v1::FindingKind kind, const char* rule, const std::string& text) {
    v1::ReportFinding& finding = *report_->add_findings();
    finding.set_kind(kind);
    finding.set_rule(rule);
    finding.set_text(text);
  }

  v1::GetReportResponse* report_;
};

// What is said of each epoch by itself: the rules `outcome`, `l1`, `open-jobs`, `machines`,
// `overlap`, `parallelism` and `capacity`.
void AddOutcomes(const v1::GetReportResponse& report, Findings& findings);
void AddOpenJobs(const v1::GetReportResponse& report, Findings& findings);
void AddMachines(const v1::GetReportResponse& report, Findings& findings);
void AddParallelism(const v1::GetReportResponse& report, Findings& findings);
void AddCapacity(const v1::GetReportResponse& report, Findings& findings);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_FINDINGS_H_
