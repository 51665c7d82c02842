#include "server/alerts/alert_convert.h"

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

v1::AlertState ToProto(AlertState state) {
  switch (state) {
    case AlertState::kPending:
      return v1::ALERT_STATE_PENDING;
    case AlertState::kFiring:
      return v1::ALERT_STATE_FIRING;
    case AlertState::kResolved:
      return v1::ALERT_STATE_RESOLVED;
  }
  return v1::ALERT_STATE_UNSPECIFIED;
}

v1::RuleSettings ToProto(const RuleSetting& setting) {
  v1::RuleSettings proto;
  proto.set_rule(setting.rule);
  *proto.mutable_match() = ToProtoLabels(setting.match);
  if (setting.enabled) proto.set_enabled(*setting.enabled);
  for (const auto& [name, value] : setting.thresholds) (*proto.mutable_thresholds())[name] = value;
  if (setting.hold) *proto.mutable_hold() = ToProtoDuration(*setting.hold);
  if (setting.severity) proto.set_severity(ToProto(*setting.severity));
  return proto;
}

}  // namespace

v1::AlertSeverity ToProto(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return v1::ALERT_SEVERITY_INFO;
    case Severity::kWarning:
      return v1::ALERT_SEVERITY_WARNING;
    case Severity::kCritical:
      return v1::ALERT_SEVERITY_CRITICAL;
  }
  return v1::ALERT_SEVERITY_UNSPECIFIED;
}

v1::Alert ToProto(const Alert& alert) {
  v1::Alert proto;
  proto.set_alert_id(alert.alert_id);
  proto.set_prover(alert.prover);
  proto.set_rule(alert.finding.rule);
  proto.set_severity(ToProto(alert.finding.severity));
  proto.set_state(ToProto(alert.state));
  *proto.mutable_labels() = ToProtoLabels(alert.finding.labels);
  proto.set_fingerprint(alert.fingerprint);
  proto.set_summary(alert.finding.summary);
  proto.set_detail(alert.finding.detail);
  proto.set_next_step(alert.finding.next_step);
  *proto.mutable_since_time() = ToProtoTimestamp(alert.finding.since);
  *proto.mutable_pending_time() = ToProtoTimestamp(alert.pending_at);
  if (alert.fired_at) *proto.mutable_fire_time() = ToProtoTimestamp(*alert.fired_at);
  if (alert.resolved_at) *proto.mutable_resolve_time() = ToProtoTimestamp(*alert.resolved_at);
  *proto.mutable_complete_until_time() = ToProtoTimestamp(alert.complete_until);
  if (alert.acknowledged_at) {
    v1::Acknowledgement& acknowledgement = *proto.mutable_acknowledgement();
    acknowledgement.set_acknowledged_by(alert.acknowledged_by);
    *acknowledgement.mutable_acknowledge_time() = ToProtoTimestamp(*alert.acknowledged_at);
    acknowledgement.set_reason(alert.acknowledged_why);
  }
  return proto;
}

v1::AlertEvent ToProto(const AlertChange& change) {
  v1::AlertEvent proto;
  proto.set_change_id(change.change_id);
  *proto.mutable_event_time() = ToProtoTimestamp(change.at);
  proto.set_what(change.what);
  proto.set_severity(ToProto(change.severity));
  proto.set_summary(change.summary);
  return proto;
}

v1::Silence ToProto(const Silence& silence) {
  v1::Silence proto;
  proto.set_silence_id(silence.silence_id);
  *proto.mutable_match() = ToProtoLabels(silence.matchers);
  *proto.mutable_start_time() = ToProtoTimestamp(silence.begins_at);
  *proto.mutable_end_time() = ToProtoTimestamp(silence.ends_at);
  proto.set_created_by(silence.created_by);
  proto.set_reason(silence.why);
  return proto;
}

v1::AlertRule ToProto(const Rule& rule, const RuleSet& rules) {
  v1::AlertRule proto;
  proto.set_name(std::string(rule.name));
  proto.set_description(std::string(rule.what));
  proto.set_reason(std::string(rule.why));
  proto.set_enabled(true);
  proto.set_severity_description(std::string(rule.severity));
  absl::Duration hold = rule.hold;
  for (const Threshold& threshold : rule.thresholds) {
    v1::RuleThreshold& of = *proto.add_thresholds();
    of.set_name(std::string(threshold.name));
    of.set_value(threshold.value);
    of.set_unit(std::string(threshold.unit));
    of.set_description(std::string(threshold.meaning));
    of.set_default_value(threshold.value);
  }
  for (const RuleSetting& setting : rules.settings) {
    if (setting.rule != rule.name) continue;
    if (!setting.match.empty()) {
      *proto.add_overrides() = ToProto(setting);
      continue;
    }
    proto.set_enabled(setting.enabled.value_or(proto.enabled()));
    hold = setting.hold.value_or(hold);
    if (setting.severity) {
      proto.set_severity(ToProto(*setting.severity));
      proto.clear_severity_description();
    }
    for (v1::RuleThreshold& of : *proto.mutable_thresholds()) {
      const auto set = setting.thresholds.find(of.name());
      if (set != setting.thresholds.end()) of.set_value(set->second);
    }
  }
  proto.set_hold_seconds(absl::ToDoubleSeconds(hold));
  return proto;
}

v1::AlertRule ToProto(const FigureRule& rule) {
  v1::AlertRule proto;
  proto.set_name(rule.name);
  proto.set_description(absl::StrFormat("An epoch is over, and its %s%s is outside of what is set.",
                                        rule.figure,
                                        rule.job_type.empty() ? "" : " of " + rule.job_type));
  proto.set_enabled(true);
  proto.set_severity(ToProto(rule.severity));
  const auto add = [&](const char* name, std::optional<double> value) {
    if (!value) return;
    v1::RuleThreshold& threshold = *proto.add_thresholds();
    threshold.set_name(name);
    threshold.set_value(*value);
    threshold.set_default_value(*value);
  };
  add("above", rule.above);
  add("below", rule.below);
  return proto;
}

google::protobuf::Map<std::string, std::string> ToProtoLabels(const Labels& labels) {
  return {labels.begin(), labels.end()};
}

Labels FromProtoLabels(const google::protobuf::Map<std::string, std::string>& labels) {
  return {labels.begin(), labels.end()};
}

}  // namespace proverlog
