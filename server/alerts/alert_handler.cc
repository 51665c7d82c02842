#include "server/alerts/alert_handler.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "alerts/label_names.h"
#include "alerts/rule.h"
#include "alerts/rule_text.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/alerts/alert_convert.h"
#include "server/alerts/backtest.h"
#include "server/alerts/rules_file.h"
#include "server/query/find_prover.h"
#include "server/query/page_token.h"

namespace proverlog {
namespace {

constexpr int kDefaultAlerts = 50;
constexpr int kMaxAlerts = 1000;
constexpr int kMaxHistory = 100;
constexpr int kMaxSilences = 1000;
constexpr int kMaxMatchers = 16;
constexpr size_t kMaxText = 1024;
constexpr absl::Duration kLongestSilence = absl::Hours(90 * 24);
constexpr absl::Duration kLongestTest = absl::Hours(7 * 24);

absl::Status CheckText(const char* field, const std::string& text, bool required) {
  if (required && text.empty()) return InvalidField(field, "it is missing");
  if (text.size() <= kMaxText) return absl::OkStatus();
  return InvalidField(field,
                      absl::StrCat("it has ", text.size(), " bytes, the most is ", kMaxText));
}

absl::Status CheckMatch(const google::protobuf::Map<std::string, std::string>& match) {
  if (match.size() > kMaxMatchers) {
    return InvalidField(
        "match", absl::StrCat("it has ", match.size(), " labels, the most is ", kMaxMatchers));
  }
  for (const auto& [name, value] : match) {
    if (name.empty()) return InvalidField("match", "a label has no name");
    if (auto status = CheckText("match", value, true); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// A silence of labels that no alert has would silence nothing, and nobody would notice.
absl::Status CheckMatchers(const Labels& matchers) {
  const auto named = matchers.find("rule");
  const Rule* const rule = named == matchers.end() ? nullptr : FindRule(named->second);
  for (const auto& [name, value] : matchers) {
    if (name == "rule" || name == "prover") continue;
    if (!absl::c_linear_search(LabelNames(), name)) {
      return InvalidField("match",
                          absl::StrCat("\"", name, "\" is no label; there are prover, rule, ",
                                       absl::StrJoin(LabelNames(), ", ")));
    }
    if (rule != nullptr && !HasLabel(*rule, name)) {
      return InvalidField("match", NoLabelOf(*rule, name));
    }
  }
  return absl::OkStatus();
}

// To the second: between a client's clock and this one's are some milliseconds.
std::string TextOf(absl::Duration length) {
  const int64_t seconds = absl::ToInt64Seconds(length + absl::Milliseconds(500));
  return LengthText(seconds * 1000);
}

// The two instants of a request, of which the second is later than the first by `longest` at most.
absl::Status CheckTimes(UnixMillis begin, UnixMillis end, absl::Duration longest) {
  const absl::Duration length = absl::Milliseconds(end - begin);
  const std::string times =
      absl::StrCat(absl::FormatTime(absl::FromUnixMillis(end)), " is not after the begin, ",
                   absl::FormatTime(absl::FromUnixMillis(begin)));
  if (length <= absl::ZeroDuration()) return InvalidField("end_time", times);
  if (length <= longest) return absl::OkStatus();
  return InvalidField("end_time", absl::StrCat("it is ", TextOf(length),
                                               " after the begin, the most is ", TextOf(longest)));
}

absl::StatusOr<AlertFilter> ReadFilter(const v1::ListAlertsRequest& request,
                                       const std::string& this_request) {
  if (auto status = CheckMatch(request.match()); !status.ok()) return status;
  AlertFilter filter;
  filter.with_resolved = request.resolved();
  filter.with_pending = request.pending();
  filter.matchers = FromProtoLabels(request.match());
  if (request.at_least() != v1::ALERT_SEVERITY_UNSPECIFIED) {
    if (!v1::AlertSeverity_IsValid(request.at_least())) {
      return InvalidField("at_least", absl::StrCat(request.at_least(), " is no severity"));
    }
    filter.at_least = static_cast<Severity>(request.at_least() - v1::ALERT_SEVERITY_INFO);
  }
  if (request.page_token().empty()) return filter;
  const auto position = ParsePageToken(request.page_token(), this_request, 1);
  if (!position.ok()) return position.status();
  int64_t before = 0;
  if (!absl::SimpleAtoi(position->front(), &before)) {
    return DamagedToken(request.page_token());
  }
  filter.before = before;
  return filter;
}

// All of the request but where the page begins.
std::string RequestId(v1::ListAlertsRequest request) {
  request.clear_page_token();
  request.clear_page_size();
  return absl::StrCat("alerts ", request.ShortDebugString());
}

}  // namespace

absl::Status MarkSilenced(AlertStore& store, UnixMillis now,
                          const std::vector<v1::Alert*>& alerts) {
  const auto silences = store.ListSilences(now, kMaxSilences);
  if (!silences.ok()) return silences.status();
  for (v1::Alert* alert : alerts) {
    Finding finding;
    finding.rule = alert->rule();
    finding.labels = FromProtoLabels(alert->labels());
    alert->set_silenced(absl::c_any_of(*silences, [&](const Silence& silence) {
      return silence.begins_at <= now && MatchesLabels(silence.matchers, alert->prover(), finding);
    }));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ListAlertsResponse> AlertHandler::ListAlerts(
    const v1::ListAlertsRequest& request) {
  const auto page_size = PageSize(request.page_size(), kDefaultAlerts, kMaxAlerts);
  if (!page_size.ok()) return page_size.status();
  const std::string this_request = RequestId(request);
  auto filter = ReadFilter(request, this_request);
  if (!filter.ok()) return filter.status();
  if (!request.prover().empty()) {
    const auto prover = FindProver(*queries_, request.prover());
    if (!prover.ok()) return prover.status();
    filter->prover_id = prover->prover_id;
  }
  // One more than asked for tells whether there is a next page.
  auto alerts = alerts_->List(*filter, *page_size + 1);
  if (!alerts.ok()) return alerts.status();
  v1::ListAlertsResponse response;
  if (alerts->size() > static_cast<size_t>(*page_size)) {
    alerts->pop_back();
    response.set_next_page_token(
        MakePageToken(this_request, {absl::StrCat(alerts->back().alert_id)}));
  }
  std::vector<v1::Alert*> all;
  for (const Alert& alert : *alerts) {
    all.push_back(response.add_alerts());
    *all.back() = ToProto(alert);
  }
  if (auto status = MarkSilenced(*alerts_, now_, all); !status.ok()) return status;
  return response;
}

absl::StatusOr<v1::GetAlertResponse> AlertHandler::GetAlert(const v1::GetAlertRequest& request) {
  const auto alert = alerts_->Load(request.alert_id());
  if (!alert.ok()) return alert.status();
  const auto history = alerts_->History(request.alert_id(), kMaxHistory);
  if (!history.ok()) return history.status();
  v1::GetAlertResponse response;
  *response.mutable_alert() = ToProto(*alert);
  for (const AlertChange& change : *history) *response.add_events() = ToProto(change);
  const absl::Status status = MarkSilenced(*alerts_, now_, {response.mutable_alert()});
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<v1::AcknowledgeAlertResponse> AlertHandler::AcknowledgeAlert(
    const v1::AcknowledgeAlertRequest& request) {
  absl::Status status = CheckText("acknowledged_by", request.acknowledged_by(), true);
  status.Update(CheckText("reason", request.reason(), false));
  if (status.ok()) {
    status =
        alerts_->Acknowledge(request.alert_id(), now_, request.acknowledged_by(), request.reason());
  }
  if (!status.ok()) return status;
  const auto alert = alerts_->Load(request.alert_id());
  if (!alert.ok()) return alert.status();
  v1::AcknowledgeAlertResponse response;
  *response.mutable_alert() = ToProto(*alert);
  return response;
}

absl::StatusOr<v1::ListRulesResponse> AlertHandler::ListRules(
    const v1::ListRulesRequest& /*request*/) {
  v1::ListRulesResponse response;
  for (const Rule& rule : BuiltInRules()) *response.add_rules() = ToProto(rule, *rules_);
  for (const FigureRule& rule : rules_->figure_rules) *response.add_rules() = ToProto(rule);
  return response;
}

absl::StatusOr<v1::TestRulesResponse> AlertHandler::TestRules(const v1::TestRulesRequest& request) {
  const UnixMillis begin = FromProtoTimestamp(request.start_time());
  const UnixMillis end = FromProtoTimestamp(request.end_time());
  if (!request.has_start_time()) return InvalidField("start_time", "it is missing");
  if (!request.has_end_time()) return InvalidField("end_time", "it is missing");
  if (auto status = CheckTimes(begin, end, kLongestTest); !status.ok()) return status;
  RuleSet rules = *rules_;
  if (!request.rules().empty()) {
    auto parsed = ParseRules(request.rules(), "rules");
    if (!parsed.ok()) return parsed.status();
    rules = *std::move(parsed);
  }
  const auto prover = FindProver(*queries_, request.prover());
  if (!prover.ok()) return prover.status();
  return Backtest(*queries_, *prover, rules, begin, end);
}

absl::StatusOr<v1::CreateSilenceResponse> AlertHandler::CreateSilence(
    const v1::CreateSilenceRequest& request) {
  Silence silence;
  silence.matchers = FromProtoLabels(request.match());
  silence.begins_at = request.has_start_time() ? FromProtoTimestamp(request.start_time()) : now_;
  silence.ends_at = FromProtoTimestamp(request.end_time());
  silence.created_by = request.created_by();
  silence.why = request.reason();
  if (silence.matchers.empty()) {
    return InvalidField("match", "it is empty, so that nothing would be told any more");
  }
  if (!request.has_end_time()) return InvalidField("end_time", "it is missing");
  for (const absl::Status& status :
       {CheckMatch(request.match()), CheckMatchers(silence.matchers),
        CheckText("created_by", silence.created_by, true), CheckText("reason", silence.why, true),
        CheckTimes(silence.begins_at, silence.ends_at, kLongestSilence)}) {
    if (!status.ok()) return status;
  }
  if (silence.ends_at <= now_) return InvalidField("end_time", "it has passed");
  const auto added = alerts_->AddSilence(silence);
  if (!added.ok()) return added.status();
  v1::CreateSilenceResponse response;
  *response.mutable_silence() = ToProto(*added);
  return response;
}

absl::StatusOr<v1::ListSilencesResponse> AlertHandler::ListSilences(
    const v1::ListSilencesRequest& /*request*/) {
  const auto silences = alerts_->ListSilences(now_, kMaxSilences);
  if (!silences.ok()) return silences.status();
  v1::ListSilencesResponse response;
  for (const Silence& silence : *silences) *response.add_silences() = ToProto(silence);
  return response;
}

absl::StatusOr<v1::EndSilenceResponse> AlertHandler::EndSilence(
    const v1::EndSilenceRequest& request) {
  if (auto status = alerts_->EndSilence(request.silence_id(), now_); !status.ok()) return status;
  return v1::EndSilenceResponse();
}

}  // namespace proverlog
