#ifndef PROVERLOG_SERVER_ALERTS_ALERT_CONVERT_H_
#define PROVERLOG_SERVER_ALERTS_ALERT_CONVERT_H_

#include <google/protobuf/map.h>

#include <string>

#include "alerts/rule.h"
#include "alerts/rule_set.h"
#include "model/alert.h"
#include "proverlog/v1/alert.pb.h"
#include "storage/alert_store.h"

namespace proverlog {

// Alerts, rules and silences, as they are on the wire.

v1::AlertSeverity ToProto(Severity severity);
// Without whether it is silenced.
v1::Alert ToProto(const Alert& alert);
v1::AlertEvent ToProto(const AlertChange& change);
v1::Silence ToProto(const Silence& silence);
// As the rules are set.
v1::AlertRule ToProto(const Rule& rule, const RuleSet& rules);
v1::AlertRule ToProto(const FigureRule& rule);

google::protobuf::Map<std::string, std::string> ToProtoLabels(const Labels& labels);
Labels FromProtoLabels(const google::protobuf::Map<std::string, std::string>& labels);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_ALERT_CONVERT_H_
