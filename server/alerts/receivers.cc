#include "server/alerts/receivers.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "server/alerts/json.h"

namespace proverlog {
namespace {

constexpr size_t kMaxAlerts = 100;
constexpr int kWebhookVersion = 1;
// What Slack shows of a message; the rest is counted.
constexpr size_t kMaxSlackAlerts = 20;

std::string ToRfc3339(UnixMillis at) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromUnixMillis(at), absl::UTCTimeZone());
}

bool Fires(const Delivery& delivery) { return delivery.to_tell == AlertState::kFiring; }

// It fired before anybody is told of it.
UnixMillis FiredAt(const Alert& alert) { return alert.fired_at.value_or(alert.pending_at); }

std::string ToJson(const Labels& labels) {
  JsonObject object;
  for (const auto& [name, value] : labels) object.AddText(name, value);
  return object.Finish();
}

// What the alerts of one message have in common, beside their prover.
Labels GroupOf(const Alert& alert) {
  for (const char* name : {"epoch", "machine"}) {
    const auto label = alert.finding.labels.find(name);
    if (label != alert.finding.labels.end()) return {*label};
  }
  return {};
}

// Letters, digits and underscores, from no digit on: all that Alertmanager takes.
std::string ToLabelName(const std::string& name) {
  std::string label = name;
  for (char& c : label) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return label.empty() || absl::ascii_isdigit(static_cast<unsigned char>(label[0])) ? "_" + label
                                                                                    : label;
}

std::string AlertmanagerAlert(const Delivery& delivery, UnixMillis now) {
  const Alert& alert = delivery.alert;
  Labels labels = {{"alertname", alert.finding.rule},
                   {"prover", alert.prover},
                   {"severity", std::string(SeverityName(alert.finding.severity))}};
  for (const auto& [name, value] : alert.finding.labels) {
    if (!value.empty()) labels.emplace(ToLabelName(name), value);
  }
  const UnixMillis begin = FiredAt(alert);
  const UnixMillis end =
      Fires(delivery) ? now + kAlertmanagerHold : std::max(alert.resolved_at.value_or(now), begin);
  return JsonObject()
      .Add("labels", ToJson(labels))
      .Add("annotations", ToJson({{"summary", alert.finding.summary},
                                  {"description", alert.finding.detail},
                                  {"next_step", alert.finding.next_step}}))
      .AddText("startsAt", ToRfc3339(begin))
      .AddText("endsAt", ToRfc3339(end))
      .AddText("generatorURL", "")
      .Finish();
}

std::string AlertmanagerBody(const std::vector<Delivery>& deliveries, UnixMillis now) {
  std::vector<std::string> alerts;
  for (const Delivery& delivery : deliveries) alerts.push_back(AlertmanagerAlert(delivery, now));
  return JsonArray(alerts);
}

std::string WebhookAlert(const Delivery& delivery) {
  const Alert& alert = delivery.alert;
  JsonObject object;
  object.AddText("status", AlertStateName(delivery.to_tell))
      .AddText("deduplication_key", absl::StrCat(alert.fingerprint, "-", FiredAt(alert)))
      .AddText("fingerprint", alert.fingerprint)
      .Add("alert_id", absl::StrCat(alert.alert_id))
      .AddText("rule", alert.finding.rule)
      .AddText("severity", SeverityName(alert.finding.severity))
      .Add("labels", ToJson(alert.finding.labels))
      .AddText("summary", alert.finding.summary)
      .AddText("detail", alert.finding.detail)
      .AddText("next_step", alert.finding.next_step)
      .AddText("since", ToRfc3339(alert.finding.since))
      .AddText("fired_at", ToRfc3339(FiredAt(alert)));
  if (!Fires(delivery) && alert.resolved_at) {
    object.AddText("resolved_at", ToRfc3339(*alert.resolved_at));
  }
  object.AddText("complete_until", ToRfc3339(alert.complete_until));
  if (alert.acknowledged_at) object.AddText("acknowledged_by", alert.acknowledged_by);
  return object.Finish();
}

std::string WebhookBody(const Receiver& receiver, const std::vector<Delivery>& deliveries) {
  std::vector<std::string> alerts;
  for (const Delivery& delivery : deliveries) alerts.push_back(WebhookAlert(delivery));
  return JsonObject()
      .Add("version", absl::StrCat(kWebhookVersion))
      .AddText("receiver", receiver.name)
      .AddText("prover", deliveries[0].alert.prover)
      .Add("group", ToJson(GroupOf(deliveries[0].alert)))
      .Add("alerts", JsonArray(alerts))
      .Finish();
}

// The three characters that Slack's mrkdwn gives a meaning beyond looks.
std::string Escape(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

std::string Join(const Labels& labels) {
  return absl::StrJoin(labels, ", ", absl::PairFormatter(" "));
}

// "mine, epoch 3054: 2 alerts fire, 1 is resolved".
std::string SlackTitle(const std::vector<Delivery>& deliveries) {
  const auto firing = std::count_if(deliveries.begin(), deliveries.end(), Fires);
  const auto resolved = static_cast<ptrdiff_t>(deliveries.size()) - firing;
  const Labels group = GroupOf(deliveries[0].alert);
  std::vector<std::string> counts;
  if (firing > 0)
    counts.push_back(absl::StrCat(firing, firing == 1 ? " alert fires" : " alerts fire"));
  if (resolved > 0) {
    counts.push_back(absl::StrCat(resolved,
                                  firing > 0      ? ""
                                  : resolved == 1 ? " alert"
                                                  : " alerts",
                                  resolved == 1 ? " is resolved" : " are resolved"));
  }
  return absl::StrCat(deliveries[0].alert.prover, group.empty() ? "" : ", ", Join(group), ": ",
                      absl::StrJoin(counts, ", "));
}

absl::string_view SlackColor(const Delivery& delivery) {
  if (!Fires(delivery)) return "good";
  switch (delivery.alert.finding.severity) {
    case Severity::kCritical:
      return "danger";
    case Severity::kWarning:
      return "warning";
    default:
      return "#439FE0";
  }
}

std::string SlackAttachment(const Delivery& delivery) {
  const Finding& finding = delivery.alert.finding;
  const std::string word =
      absl::AsciiStrToUpper(Fires(delivery) ? SeverityName(finding.severity) : "resolved");
  std::string text = absl::StrCat("*", word, "* ", Escape(finding.rule),
                                  finding.labels.empty() ? "" : " (", Escape(Join(finding.labels)),
                                  finding.labels.empty() ? "" : ")", "\n", Escape(finding.summary));
  if (Fires(delivery) && !finding.next_step.empty()) {
    absl::StrAppend(&text, "\n", Escape(finding.next_step));
  }
  return JsonObject()
      .AddText("color", SlackColor(delivery))
      .AddText("fallback", absl::StrCat(word, ": ", Escape(finding.summary)))
      .AddText("text", text)
      .Add("mrkdwn_in", "[\"text\"]")
      .Finish();
}

std::string SlackBody(const std::vector<Delivery>& deliveries) {
  std::vector<std::string> attachments;
  for (const Delivery& delivery : deliveries) {
    if (attachments.size() == kMaxSlackAlerts) break;
    attachments.push_back(SlackAttachment(delivery));
  }
  std::string title = Escape(SlackTitle(deliveries));
  if (deliveries.size() > kMaxSlackAlerts) {
    absl::StrAppend(&title, "; the first ", kMaxSlackAlerts, " are:");
  }
  return JsonObject().AddText("text", title).Add("attachments", JsonArray(attachments)).Finish();
}

}  // namespace

std::vector<std::vector<Delivery>> GroupDeliveries(AlertProtocol protocol,
                                                   std::vector<Delivery> deliveries) {
  std::vector<std::vector<Delivery>> messages;
  // Where the message of a group is that has room.
  std::map<std::pair<std::string, Labels>, size_t> open;
  for (Delivery& delivery : deliveries) {
    std::pair<std::string, Labels> group;
    if (protocol != AlertProtocol::kAlertmanager) {
      group = {delivery.alert.prover, GroupOf(delivery.alert)};
    }
    const auto [place, is_new] = open.try_emplace(group, messages.size());
    if (!is_new && messages[place->second].size() == kMaxAlerts) place->second = messages.size();
    if (place->second == messages.size()) messages.emplace_back();
    messages[place->second].push_back(std::move(delivery));
  }
  return messages;
}

HttpPost MakePost(const Receiver& receiver, const std::vector<Delivery>& deliveries,
                  UnixMillis now) {
  HttpPost post{receiver.url, receiver.token, ""};
  switch (receiver.protocol) {
    case AlertProtocol::kAlertmanager:
      post.url =
          Secret(absl::StrCat(absl::StripSuffix(receiver.url.Reveal(), "/"), "/api/v2/alerts"));
      post.body = AlertmanagerBody(deliveries, now);
      break;
    case AlertProtocol::kWebhook:
      post.body = WebhookBody(receiver, deliveries);
      break;
    case AlertProtocol::kSlack:
      post.body = SlackBody(deliveries);
      break;
  }
  return post;
}

}  // namespace proverlog
