#ifndef PROVERLOG_TESTS_TESTING_UTIL_RAW_JOBS_H_
#define PROVERLOG_TESTS_TESTING_UTIL_RAW_JOBS_H_

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "analysis/job_set.h"
#include "normalizer/stream_normalizer.h"
#include "tests/testing_util/simulated_prover.h"

namespace proverlog::testing_util {

// The jobs of a simulated prover, once as the product reads them, and once as anybody would who
// looks for words in the lines: for figures that are computed beside the product.

// By epoch, through the normalizer.
inline std::map<int32_t, std::vector<Job>> ReadJobs(const SimulatedProver& prover) {
  const MessageIndex index;
  JobSet jobs;
  for (size_t log = 0; log < prover.logs.size(); ++log) {
    StreamLabels labels{static_cast<int64_t>(log) + 1,
                        prover.logs[log].machine,
                        prover.logs[log].name,
                        {Anchor{0, prover.options.start, "UTC"}}};
    auto normalizer = StreamNormalizer::Create(std::move(labels), {}, &index);
    normalizer->Feed(prover.texts[log], jobs);
    normalizer->Seal(jobs);
  }
  return jobs.DeriveByEpoch();
}

struct RawAttempt {
  size_t log = 0;
  UnixMillis begin = 0;
  std::optional<UnixMillis> end;  // that its agent logged
  std::string how;                // "completed", "failed", "stopped"
  bool ambiguous = false;         // the end may be of another one
};

struct RawJob {
  std::string type;
  UnixMillis created = -1;            // its first enqueue
  std::vector<UnixMillis> entries;    // into the queue
  std::vector<UnixMillis> takebacks;  // those of them that are retries and time-outs
  std::vector<UnixMillis> ends;       // each
  std::optional<UnixMillis> ended;    // the last end, if it stands
  std::string state;                  // "completed", "failed", "aborted"
  std::vector<RawAttempt> attempts;
  std::optional<UnixMillis> LastStart(UnixMillis before) const {
    std::optional<UnixMillis> last;
    for (const RawAttempt& a : attempts) {
      if (a.begin <= before) last = std::max(last, std::optional(a.begin));
    }
    return last;
  }
};

// What stands behind `key`, up to a space.
inline std::string WordAfter(absl::string_view text, absl::string_view key) {
  const size_t at = text.find(key);
  if (at == absl::string_view::npos) return "";
  return std::string(
      text.substr(at + key.size(), text.find_first_of(" .", at + key.size()) - at - key.size()));
}

class RawJobReader {
 public:
  std::map<std::string, RawJob> jobs;

  void Read(const RawLine& line) {
    const absl::string_view text = line.text;
    const std::string id = WordAfter(text, " id=");
    if (absl::StrContains(text, " New proving job id=")) Enter(id, line.at);
    if (absl::StrContains(text, "Reviving aborted proving job id=")) Enter(id, line.at);
    if (absl::StrContains(text, "Retrying proving job id=")) TakeBack(id, line.at);
    if (absl::StrContains(text, " timed out. ")) TakeBack(id, line.at);
    if (absl::StrContains(text, "Proving job complete id=")) End(id, line.at, "completed");
    if (absl::StrContains(text, "Cancelling job id=")) End(id, line.at, "aborted");
    if (absl::StrContains(text, "Marking proving job as failed id=")) End(id, line.at, "failed");
    if (absl::StrContains(text, "Marking as failed.")) End(id, line.at, "failed");
    if (absl::StrContains(text, " Starting job id=")) Start(id, line);
    if (absl::StrContains(text, "to start new job id="))
      Start(WordAfter(text, "new job id="), line);
    if (absl::StrContains(text, "Aborted job controller for jobId=")) {
      EndAttempt(WordAfter(text, "jobId="), line, "stopped");
    }
    if (absl::StrContains(text, " completed outputUri=")) EndAttempt(id, line, "completed");
    if (absl::StrContains(text, "proving-agent Job id=") && absl::StrContains(text, " failed err="))
      EndAttempt(id, line, "failed");
  }

 private:
  RawJob& Of(const std::string& id) {
    RawJob& job = jobs[id];
    job.type = std::vector<std::string>(absl::StrSplit(id, ':'))[1];
    return job;
  }
  void Enter(const std::string& id, UnixMillis at) {
    RawJob& job = Of(id);
    if (job.created < 0) job.created = at;
    job.entries.push_back(at);
    job.ended.reset();
  }
  void TakeBack(const std::string& id, UnixMillis at) {
    Of(id).entries.push_back(at);
    Of(id).takebacks.push_back(at);
  }
  void End(const std::string& id, UnixMillis at, const std::string& state) {
    RawJob& job = Of(id);
    job.ends.push_back(at);
    if (job.ended) return;
    job.ended = at;
    job.state = state;
  }
  void Start(const std::string& id, const RawLine& line) {
    Of(id).attempts.push_back({line.log, line.at, {}, "", false});
  }
  // Ends the oldest that is open in the log.
  void EndAttempt(const std::string& id, const RawLine& line, const std::string& how) {
    std::vector<RawAttempt*> open;
    for (RawAttempt& attempt : Of(id).attempts) {
      if (attempt.log == line.log && !attempt.end) open.push_back(&attempt);
    }
    if (open.empty()) return;
    for (RawAttempt* attempt : open) attempt->ambiguous |= open.size() > 1;
    open.front()->end = line.at;
    open.front()->how = how;
  }
};

// By id.
inline std::map<std::string, RawJob> RawJobsOf(const SimulatedProver& prover) {
  std::vector<RawLine> lines = RawLines(prover);
  std::stable_sort(lines.begin(), lines.end(),
                   [](const RawLine& a, const RawLine& b) { return a.at < b.at; });
  RawJobReader reader;
  for (const RawLine& line : lines) reader.Read(line);
  return std::move(reader.jobs);
}

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_RAW_JOBS_H_
