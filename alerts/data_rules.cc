#include "alerts/data_rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "alerts/rule_text.h"
#include "alerts/view_reading.h"

namespace proverlog {
namespace {

Labels LabelsOf(const LogView& log) { return {{"machine", log.machine}, {"source", log.source}}; }

std::string NameOf(const LogView& log) { return absl::StrCat(log.source, " of ", log.machine); }

// Gaps of one log that were recorded lately.
struct LogGaps {
  std::vector<Gap> gaps;
  int64_t bytes = 0;
  UnixMillis since = kLastInstant;
};

// Of those that `is_it` picks, by log.
std::map<Labels, std::pair<const LogView*, LogGaps>> GapsOf(const ProverView& view,
                                                            bool (*is_it)(const Gap&)) {
  std::map<Labels, std::pair<const LogView*, LogGaps>> by_log;
  for (const LogView& log : view.logs) {
    for (const Gap& gap : log.gaps) {
      if (!is_it(gap) || gap.received_at < view.now - kViewed) continue;
      auto& [its_log, found] = by_log[LabelsOf(log)];
      its_log = &log;
      found.gaps.push_back(gap);
      found.bytes += gap.end_offset - gap.begin_offset;
      found.since = std::min(found.since, gap.received_at);
    }
  }
  return by_log;
}

std::vector<Finding> FindGaps(const ProverView& view, const ThresholdReader& /*thresholds*/) {
  const auto is_lost = [](const Gap& gap) {
    return gap.reason != GapReason::kRetention && gap.reason != GapReason::kUnreadable;
  };
  std::vector<Finding> findings;
  for (const auto& [labels, found] : GapsOf(view, is_lost)) {
    const auto& [log, gaps] = found;
    Finding finding{"log_gap", Severity::kWarning, labels, gaps.since};
    const auto reason = kGapReasonNames[static_cast<size_t>(gaps.gaps.back().reason)];
    finding.summary = absl::StrCat(
        "Of ", NameOf(*log), " ",
        gaps.bytes > 0 ? CountText(gaps.bytes, "byte") : std::string("an unknown number of bytes"),
        " are missing (", reason, "): what they said is not known.");
    for (const Gap& gap : gaps.gaps) {
      absl::StrAppend(&finding.detail, "from offset ", gap.begin_offset, ": ",
                      kGapReasonNames[static_cast<size_t>(gap.reason)], "\n");
    }
    finding.next_step =
        "Where the file is still there, `proverlog import` takes it up; keep rotated files longer "
        "than the shipper may be gone.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> FindSetAside(const ProverView& view, const ThresholdReader& /*thresholds*/) {
  const auto is_unreadable = [](const Gap& gap) { return gap.reason == GapReason::kUnreadable; };
  std::vector<Finding> findings;
  for (const auto& [labels, found] : GapsOf(view, is_unreadable)) {
    const auto& [log, gaps] = found;
    Finding finding{"block_set_aside", Severity::kWarning, labels, gaps.since};
    finding.summary = absl::StrCat(
        "Of ", NameOf(*log), " ", CountText(gaps.bytes, "byte"),
        " could not be read and were set aside: ", Shortened(gaps.gaps.back().message), ".");
    finding.next_step =
        "They are kept: `proverlog renormalize` reads them again with a version that can. Report "
        "it "
        "with the message.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> FindIngestLag(const ProverView& view, const ThresholdReader& thresholds) {
  std::map<std::string, std::pair<Millis, const LogView*>> by_machine;
  for (const LogView& log : view.logs) {
    if (log.ended || !log.last_at || !log.received_at || log.unread_bytes > 0) continue;
    // What comes now was written then.
    const Millis lag = *log.received_at - *log.last_at;
    const Labels labels = {{"machine", log.machine}};
    if (view.now - *log.received_at > kHeardWithin ||
        lag <= ReadMillis(thresholds, "lag", labels)) {
      continue;
    }
    auto& [longest, its_log] = by_machine[log.machine];
    if (lag > longest) longest = lag;
    if (longest == lag) its_log = &log;
  }
  std::vector<Finding> findings;
  for (const auto& [machine, worst] : by_machine) {
    const auto& [lag, log] = worst;
    Finding finding{"ingest_lag", Severity::kWarning, {{"machine", machine}}, *log->last_at};
    finding.summary = absl::StrCat("What ", machine, " sends is ", LengthText(lag),
                                   " old when it comes (", log->source, "): alerts are as late.");
    finding.next_step =
        "See whether the shipper catches up (after an outage it does), whether its network is too "
        "slow, and whether the machine's clock or the log's time zone is right.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> FindNormalizeLag(const ProverView& view, const ThresholdReader& thresholds) {
  const LogView* worst = nullptr;
  Millis longest = ReadMillis(thresholds, "lag");
  int64_t bytes = 0;
  for (const LogView& log : view.logs) {
    if (log.unread_bytes == 0 || !log.received_at) continue;
    bytes += log.unread_bytes;
    // How far what is read is behind what came.
    const Millis lag = *log.received_at - log.last_at.value_or(*log.received_at - kViewed);
    if (lag <= longest) continue;
    longest = lag;
    worst = &log;
  }
  if (worst == nullptr) return {};
  Finding finding{
      "normalize_lag", Severity::kWarning, {}, worst->last_at.value_or(view.now - longest)};
  finding.summary = absl::StrFormat(
      "%.1f MB of logs are received and not read yet, %s behind (%s): alerts are as late.",
      static_cast<double>(bytes) / 1e6, LengthText(longest), NameOf(*worst));
  finding.next_step =
      "It catches up after a large import. Else see the service's load and its database "
      "(docs/metrics.md, proverlog_normalizer_*).";
  return {finding};
}

struct Understood {
  int64_t records = 0;
  int64_t unknown = 0;

  void Add(const LogView& log) {
    records += log.counts.understood + log.counts.not_understood;
    unknown += log.counts.not_understood;
  }
  double Share() const {
    return records == 0 ? 0 : 100.0 * static_cast<double>(unknown) / static_cast<double>(records);
  }
};

std::vector<Finding> FindUnknown(const ProverView& view, const ThresholdReader& thresholds) {
  std::vector<Finding> findings;
  for (const LogView& log : view.logs) {
    if (log.ended) continue;
    const Labels labels = LabelsOf(log);
    Understood now;
    Understood before;  // of the same source
    now.Add(log);
    for (const LogView& other : view.logs) {
      const bool is_before = other.stream_id < log.stream_id && LabelsOf(other) == labels;
      if (is_before) before.Add(other);
    }
    const bool is_first = before.records == 0;
    const bool rises = is_first || now.Share() > 2 * before.Share();
    if (static_cast<double>(now.unknown) < thresholds.Get("messages", labels) ||
        now.Share() <= thresholds.Get("share", labels) || !rises) {
      continue;
    }
    // Without one before it, it may always have been so.
    Finding finding{"unknown_messages", is_first ? Severity::kInfo : Severity::kWarning, labels,
                    log.first_at.value_or(view.now)};
    finding.summary =
        absl::StrFormat("%.0f %% of what %s says is not understood (%s of %d)%s; Aztec %s.",
                        now.Share(), NameOf(log), CountText(now.unknown, "record"), now.records,
                        is_first ? std::string(", from its beginning")
                                 : absl::StrFormat(", %.0f %% before", before.Share()),
                        log.counts.versions.ToString());
    finding.next_step =
        "Where a new release of Aztec is installed, its messages are new: `proverlog unknown` "
        "lists "
        "them; figures of jobs may be missing until this service knows them.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace

std::vector<Rule> DataRules() {
  return {
      {"log_gap",
       "Bytes of a log are missing, recorded within the last hour.",
       "What they said of jobs is not known, nor is what is alerted on of it.",
       {},
       absl::ZeroDuration(),
       "warning",
       {"machine", "source"},
       {},
       FindGaps,
       /*live_only=*/true},
      {"block_set_aside",
       "A part of a log could not be read, and was set aside within the last hour.",
       "What it says of jobs is missing.",
       {},
       absl::ZeroDuration(),
       "warning",
       {"machine", "source"},
       {},
       FindSetAside,
       /*live_only=*/true},
      {"ingest_lag",
       "What a machine sends is old when it comes.",
       "All that is said of the machine is late.",
       {{"lag", 300, "s", "From the last record to when it came."}},
       absl::Minutes(2),
       "warning",
       {"machine"},
       {},
       FindIngestLag,
       /*live_only=*/true},
      {"normalize_lag",
       "What came is not read.",
       "All that is said of the prover is late.",
       {{"lag", 300, "s", "From the last record that is read to when the last bytes came."}},
       absl::Minutes(2),
       "warning",
       {},
       {"ingest_lag"},
       FindNormalizeLag,
       /*live_only=*/true},
      {"unknown_messages",
       "Much of what a log says is not understood, and more than before.",
       "A new release may say things in other words: figures would be wrong.",
       {{"share", 10, "%", "Of the log's records."}, {"messages", 100, "", "At least so many."}},
       absl::Minutes(2),
       "warning; info where there is no log before it to compare with",
       {"machine", "source"},
       {},
       FindUnknown,
       /*live_only=*/true},
  };
}

}  // namespace proverlog
