#include "normalizer/stream_normalizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/testing_util/test_data.h"

namespace proverlog {
namespace {

constexpr UnixMillis kMidnight = 1795219200000;  // 2026-11-21T00:00:00Z
constexpr Millis kTenOClock = 10 * 3'600'000;

std::string Hash(char c) { return std::string(64, c); }

// Collects what a normalizer tells; facts that are told twice stay twice.
struct Told : NormalizerSink {
  std::vector<std::pair<JobId, Fact>> facts;
  std::vector<Event> events;

  void OnFact(const JobIdView& job, Fact fact) override {
    facts.emplace_back(JobId::From(job), std::move(fact));
  }
  void OnEvent(const Event& event) override { events.push_back(event); }

  // As a set: what a database would keep of it.
  std::map<JobId, std::vector<Fact>> United() const {
    std::map<JobId, std::vector<Fact>> united;
    for (const auto& [id, fact] : facts) UniteFacts({fact}, united[id]);
    return united;
  }
};

StreamLabels Labels() { return {7, "machine", "broker.log", {Anchor{0, kMidnight, "UTC"}}}; }

StreamNormalizer Create(StreamProgress progress = {}, StreamLabels labels = Labels()) {
  static const MessageIndex index;
  auto normalizer = StreamNormalizer::Create(std::move(labels), std::move(progress), &index);
  EXPECT_TRUE(normalizer.ok()) << normalizer.status();
  return *std::move(normalizer);
}

struct Result {
  Told told;
  StreamCounts counts;
};

Result NormalizeWhole(const std::string& bytes) {
  Result result;
  StreamNormalizer normalizer = Create();
  normalizer.Feed(bytes, result.told);
  normalizer.Seal(result.told);
  result.counts = normalizer.progress().counts;
  return result;
}

// Every piece is read by a normalizer of its own, which goes on from the saved state.
Result NormalizePieces(const std::string& bytes, const std::vector<size_t>& cuts) {
  Result result;
  StreamProgress progress;
  size_t begin = 0;
  std::vector<size_t> ends = cuts;
  ends.push_back(bytes.size());
  for (const size_t end : ends) {
    StreamNormalizer normalizer = Create(progress);
    normalizer.Feed(absl::string_view(bytes).substr(begin, end - begin), result.told);
    if (end == bytes.size()) normalizer.Seal(result.told);
    progress = normalizer.progress();
    begin = end;
  }
  result.counts = progress.counts;
  return result;
}

std::string SmallLog() {
  const std::string job = absl::StrCat("3054:PUBLIC_VM:", Hash('a'));
  const std::string text =
      "Using cached CRS of size 33554433\n"
      "[10:00:00.000] INFO: b New proving job id=@ epochNumber=3054 {\"provingJobId\":\"@\"}\r\n"
      "[10:00:01.000] INFO: a Starting job id=@ type=PUBLIC_VM inputsUri=x\n"
      "[10:00:02.000] ERROR: a Job id=@ type=PUBLIC_VM failed err=boom retry=true: Error: boom\n"
      "    at async run (file.js:1:2) {\n"
      "}\n"
      "[10:00:03.000] INFO: b Restoring proving job id=@ settled=false {\"status\":\"pending\"}\n"
      "{\"level\":30,\"time\":1795255204000,\"pid\":1,\"hostname\":\"h\",\"msg\":\"Cancelling job"
      " id=@\"}\n"
      "[10:00:05.000] INFO: b Cancelling job id=@";
  return absl::StrReplaceAll(text, {{"@", job}});
}

TEST(StreamNormalizerTest, ReadsFactsWithTheirOriginAndInstant) {
  const Result result = NormalizeWhole(SmallLog());
  ASSERT_GE(result.told.facts.size(), 2U);
  const auto& [job, fact] = result.told.facts[0];
  EXPECT_EQ(job, (JobId{3054, "PUBLIC_VM", Hash('a')}));
  EXPECT_EQ(fact.kind, FactKind::kEnqueued);
  EXPECT_EQ(fact.at, kMidnight + kTenOClock);
  EXPECT_EQ(fact.origin, (Origin{"machine", "broker.log", 7, 34}));
}

TEST(StreamNormalizerTest, CountsEveryLine) {
  const StreamCounts counts = NormalizeWhole(SmallLog()).counts;
  EXPECT_EQ(counts.lines, 9);
  EXPECT_EQ(counts.records, 6);
  EXPECT_EQ(counts.understood, 6);
  EXPECT_EQ(counts.not_understood, 0);
  EXPECT_EQ(counts.undated, 0);
  EXPECT_EQ(counts.facts.at(FactKind::kCancelled), 2);
  EXPECT_EQ(counts.first_at, kMidnight + kTenOClock);
  EXPECT_EQ(counts.last_at, kMidnight + kTenOClock + 5000);
}

TEST(StreamNormalizerTest, TheErrorAndTheStatusAreTheFactsDetail) {
  const Result result = NormalizeWhole(SmallLog());
  std::map<FactKind, Fact> by_kind;
  for (const auto& [job, fact] : result.told.facts) by_kind[fact.kind] = fact;
  EXPECT_EQ(by_kind[FactKind::kAgentFailed].detail, "boom");
  EXPECT_EQ(by_kind[FactKind::kAgentFailed].will_retry, true);
  EXPECT_EQ(by_kind[FactKind::kRestored].detail, "pending");
}

TEST(StreamNormalizerTest, EveryCutPositionOfASmallLogGivesTheSameResult) {
  const std::string log = SmallLog();
  const Result whole = NormalizeWhole(log);
  for (size_t cut = 0; cut <= log.size(); ++cut) {
    const Result pieces = NormalizePieces(log, {cut});
    ASSERT_EQ(pieces.told.United(), whole.told.United()) << "cut at " << cut;
    ASSERT_EQ(pieces.counts, whole.counts) << "cut at " << cut;
  }
}

TEST(StreamNormalizerTest, RandomCutsOfRealLogsGiveTheSameResult) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same cuts every time
  for (const std::string name : {"1.1.3-pretty-info", "1.1.3-color-info", "5.2.0-json-info"}) {
    const std::string log = testing_util::ReadAll(testing_util::TestDataPath(name + ".log.gz"));
    const Result whole = NormalizeWhole(log);
    std::uniform_int_distribution<size_t> position(0, log.size());
    std::vector<size_t> cuts(200);
    std::generate(cuts.begin(), cuts.end(), [&] { return position(random); });
    std::sort(cuts.begin(), cuts.end());
    const Result pieces = NormalizePieces(log, cuts);
    EXPECT_EQ(pieces.told.facts, whole.told.facts) << name;
    EXPECT_EQ(pieces.counts, whole.counts) << name;
  }
}

TEST(StreamNormalizerTest, ASealedLineThatGoesOnIsReadOnceMoreAndCountedOnce) {
  const std::string log = SmallLog();
  const std::string more = "\n[10:00:06.000] INFO: b Proving Broker started\n";
  Told told;
  StreamNormalizer normalizer = Create();
  normalizer.Feed(log, told);
  normalizer.Seal(told);
  normalizer.Seal(told);
  StreamNormalizer resumed = Create(normalizer.progress());
  resumed.Feed(more, told);

  const Result whole = NormalizeWhole(log + more);
  EXPECT_EQ(told.United(), whole.told.United());
  EXPECT_EQ(resumed.progress().counts, whole.counts);
}

TEST(StreamNormalizerTest, ASealedLineThatIsCutInItsIdMakesNoJob) {
  const std::string log = SmallLog();
  const Result result = NormalizeWhole(log.substr(0, log.size() - 5));
  for (const auto& [job, fact] : result.told.facts) EXPECT_TRUE(IsFullHash(job.hash));
}

TEST(StreamNormalizerTest, WhatMoreBytesCouldChangeWaitsForThem) {
  const std::string job = absl::StrCat("1:A:", Hash('a'));
  const std::string complete = absl::StrCat("[10:00:00.000] INFO: b Proving job complete id=", job,
                                            " type=A totalAttempts=");
  const std::string fail =
      absl::StrCat("[10:00:00.000] ERROR: a Job id=", job, " type=A failed err=bad retry=");
  for (const std::string& log :
       {complete, complete + "1", complete + "1[10:00:01.000] INFO:", fail + "fal", fail + "false",
        absl::StrCat("[10:00:00.000] INFO: b Marking proving job as failed id=", job,
                     " type=A totalAttempts=1 err=Abor")}) {
    EXPECT_TRUE(NormalizeWhole(log).told.facts.empty()) << log;
  }
  for (const std::string& log :
       {complete + "1 ", complete + "1 {\"provingJobId\":\"x\"}", fail + "false: Error",
        absl::StrCat("[10:00:00.000] INFO: b Cancelling job id=", job)}) {
    EXPECT_EQ(NormalizeWhole(log).told.facts.size(), 1U) << log;
  }
}

TEST(StreamNormalizerTest, EverySealGivesWhatItsBytesAloneWouldGive) {
  const std::string log = SmallLog();
  for (size_t cut = 0; cut <= log.size(); ++cut) {
    Told told;
    StreamNormalizer first = Create();
    first.Feed(log.substr(0, cut), told);
    first.Seal(told);
    StreamNormalizer second = Create(first.progress());
    second.Feed(log.substr(cut), told);
    second.Seal(told);
    const Result whole = NormalizeWhole(log);
    ASSERT_EQ(told.United(), whole.told.United()) << "sealed at " << cut;
    ASSERT_EQ(second.progress().counts, whole.counts) << "sealed at " << cut;
  }
}

TEST(StreamNormalizerTest, ARecordsLaterLinesCompleteWhatItSays) {
  const std::string job = absl::StrCat("1:A:", Hash('a'));
  const std::string log =
      absl::StrCat("[10:00:00.000] ERROR: a Job id=", job, " type=A failed err=first\n",
                   "second line retry=false: Error: first\n    at run (file.js:1:2)\n");
  for (const std::string prefix : {"", "agent-1  | "}) {
    const std::string wrapped =
        absl::StrCat(prefix, absl::StrReplaceAll(log, {{"\n", "\n" + prefix}}), "\n");
    const auto facts = NormalizeWhole(wrapped).told.United();
    ASSERT_EQ(facts.size(), 1U) << prefix;
    ASSERT_EQ(facts.begin()->second.size(), 1U) << prefix;
    EXPECT_EQ(facts.begin()->second[0].will_retry, false) << prefix;
    EXPECT_EQ(facts.begin()->second[0].detail, "first") << prefix;
  }
}

TEST(StreamNormalizerTest, WhatFollowsACompleteRecordChangesNothing) {
  const std::string job = absl::StrCat("1:A:", Hash('a'));
  for (const std::string& line :
       {absl::StrCat("Marking proving job as failed id=", job,
                     " type=A totalAttempts=1 err=Aborted"),
        absl::StrCat("Marking proving job as failed id=", job,
                     " type=A totalAttempts=1 err=Aborted {\"provingJobId\":\"x\"}"),
        absl::StrCat("Restoring proving job id=", job, " settled=true {\"status\":\"aborted\"}")}) {
    const std::string record = absl::StrCat("[10:00:00.000] INFO: b ", line, "\n");
    EXPECT_EQ(NormalizeWhole(record + "stray line\n").told.United(),
              NormalizeWhole(record).told.United())
        << line;
  }
}

TEST(StreamNormalizerTest, ASealTellsNoEventThatMoreBytesWouldChange) {
  const std::string created = "[10:00:00.000] INFO: m Created EpochSession c27e6";
  EXPECT_TRUE(NormalizeWhole(created).told.events.empty());
  const std::string published =
      "[10:00:00.000] INFO: m Published epoch proof to L1 rollup contract\n    epochNumber: 30";
  EXPECT_TRUE(NormalizeWhole(published).told.events.empty());
  // Another line of data may follow.
  EXPECT_TRUE(NormalizeWhole(published + "54\n").told.events.empty());
  const auto events = NormalizeWhole(published + "54\n[10:00:01.000] INFO: m Other\n").told.events;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].fields.at("epochNumber"), "3054");
}

TEST(StreamNormalizerTest, AFailureByTimeOutSaysSo) {
  const auto facts =
      NormalizeWhole(absl::StrCat("[10:00:00.000] ERROR: b Proving job id=1:A:", Hash('a'),
                                  " timed out after 4 attempts. Marking as failed.\n"))
          .told.facts;
  ASSERT_EQ(facts.size(), 2U);
  EXPECT_EQ(facts[1].second.kind, FactKind::kFailed);
  EXPECT_EQ(facts[1].second.detail, "timed out");
}

using Fields = std::map<std::string, std::string>;

TEST(StreamNormalizerTest, AnEventHasWhatTheMessageNamesAndItsData) {
  const std::vector<Event> events = NormalizeWhole(
                                        "[10:00:00.000] INFO: m Finalized proof for epoch 3055 "
                                        "{\"epochNumber\":3055,\"uuid\":\"u\",\"duration\":12.5}\n")
                                        .told.events;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, "epoch.finalized");
  EXPECT_EQ(events[0].at, kMidnight + kTenOClock);
  EXPECT_EQ(events[0].fields, (Fields{{"epoch", "3055"}, {"uuid", "u"}, {"duration", "12.5"}}));
}

TEST(StreamNormalizerTest, DataBelowTheMessageIsTheEventsToo) {
  for (const std::string data : {"    uuid: \"u\"\n    duration: 12.5\n",
                                 "    at x\n} {\"uuid\":\"u\",\"duration\":12.5}\n"}) {
    const std::vector<Event> events =
        NormalizeWhole("[10:00:00.000] INFO: m Finalized proof for epoch 3055\n" + data +
                       "[10:00:01.000] INFO: m Other\n")
            .told.events;
    ASSERT_EQ(events.size(), 1U) << data;
    EXPECT_EQ(events[0].fields, (Fields{{"epoch", "3055"}, {"uuid", "u"}, {"duration", "12.5"}}));
  }
}

TEST(StreamNormalizerTest, APrintedLineIsOfTheInstantBeforeIt) {
  const std::vector<Event> events = NormalizeWhole(
                                        "Using cached CRS of size 33554433\n"
                                        "[10:00:01.000] INFO: m Other\n"
                                        "Using cached Grumpkin CRS of size 262145\n")
                                        .told.events;
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].fields, (Fields{{"size", "33554433"}}));
  EXPECT_EQ(events[0].at, kMidnight);  // the anchor's
  EXPECT_EQ(events[1].kind, "crs.cached");
  EXPECT_EQ(events[1].at, kMidnight + kTenOClock + 1000);
}

TEST(StreamNormalizerTest, TheLinesOfAnotherServiceContinueNoRecord) {
  const std::string log =
      absl::StrCat("a-1  | [10:00:00.000] ERROR: a Job id=1:A:", Hash('a'),
                   " type=A failed err=first\n", "b-1  | second line retry=false: Error: first\n");
  EXPECT_EQ(NormalizeWhole(log).told.facts.at(0).second.will_retry, std::nullopt);
}

TEST(StreamNormalizerTest, ALineCannotNameAProcessThatADatabaseCannotKeep) {
  const std::string job = absl::StrCat("1:A:", Hash('a'));
  const auto json = [&](const std::string& hostname) {
    return absl::StrCat(R"({"level":30,"time":1795255204000,"pid":1,"hostname":")", hostname,
                        R"(","msg":"Cancelling job id=)", job, "\"}\n");
  };
  EXPECT_EQ(NormalizeWhole(json("a\\u0000b")).told.facts.at(0).second.origin.process,
            "a\xEF\xBF\xBD"
            "b/1");
  EXPECT_EQ(NormalizeWhole(json(std::string(6000, 'x'))).told.facts.at(0).second.origin.process,
            std::string(255, 'x'));
}

TEST(StreamNormalizerTest, JsonNamesTheProcessOtherLinesTheLog) {
  const Result result = NormalizeWhole(SmallLog());
  std::map<std::string, int> processes;
  for (const auto& [job, facts] : result.told.United()) {
    for (const Fact& fact : facts) ++processes[fact.origin.process];
  }
  EXPECT_EQ(processes["h/1"], 1);
  EXPECT_EQ(processes["broker.log"], 5);
}

TEST(StreamNormalizerTest, WithoutAnAnchorPrettyRecordsAreCountedAsUndated) {
  Told told;
  StreamLabels labels = Labels();
  labels.anchors.clear();
  StreamNormalizer normalizer = Create({}, labels);
  normalizer.Feed("[10:00:00.000] INFO: b Cancelling job id=1:A:b\n", told);
  EXPECT_EQ(normalizer.progress().counts.undated, 1);
  EXPECT_TRUE(told.facts.empty());
}

TEST(StreamNormalizerTest, AnEventHasTheTextsSlotsAndTheDatasKeys) {
  const std::string session = "c27e6beb-52bd-4e07-8dd7-daffc9eac110";
  const std::string message = absl::StrCat("Cancelling EpochSession ", session, ": deadline");
  const std::string data = R"("epochNumber":3055,"kind":"full","reason":"deadline")";
  for (const std::string& line :
       {absl::StrCat("[10:00:00.000] INFO: prover-node:epoch-session ", message, " {", data, "}\n"),
        absl::StrCat("[10:00:00.000] INFO: prover-node:epoch-session prover-1 session-full-3055 ",
                     message, "\n    epochNumber: 3055\n    kind: \"full\"\n"),
        absl::StrCat(R"({"level":30,"time":)", kMidnight + kTenOClock,
                     R"(,"pid":1,"hostname":"h","module":"prover-node:epoch-session",)", data,
                     R"(,"msg":")", message, "\"}\n")}) {
    const Result result = NormalizeWhole(line + "[10:00:01.000] INFO: m Other\n");
    ASSERT_EQ(result.told.events.size(), 1U) << line;
    const Event& event = result.told.events[0];
    EXPECT_EQ(event.kind, "session.cancelled");
    EXPECT_EQ(event.at, kMidnight + kTenOClock);
    EXPECT_EQ(event.fields, (Fields{{"session", session},
                                    {"reason", "deadline"},
                                    {"epochNumber", "3055"},
                                    {"kind", "full"}}))
        << line;
  }
}

TEST(StreamNormalizerTest, AnEventsDataMayFollowTheStack) {
  const Result result = NormalizeWhole(
      "[10:00:00.000] ERROR: prover-node:epoch-proving-job Error running epoch 3057 prover job: "
      "Error: Failed to submit epoch proof to L1\n    at f (file.mjs:1:2) {\"uuid\":\"u-1\"}\n");
  ASSERT_EQ(result.told.events.size(), 1U);
  EXPECT_EQ(result.told.events[0].fields,
            (Fields{{"epoch", "3057"},
                    {"error", "Error: Failed to submit epoch proof to L1"},
                    {"uuid", "u-1"}}));
}

TEST(StreamNormalizerTest, OddBytesAreCountedAndHarmNothing) {
  const std::string odd = absl::StrCat(
      std::string("\0\0\0\n", 4), "\xff\xfe\xc0\x80\n", "\n\n", std::string(3 << 20, 'x'), "\n",
      std::string(1000, '{'), "\n", "[10:00:00.000] INFO: b Cancelling job id=1:A:", Hash('b'),
      "\n", "[99:99:99.999] INFO: b text\n", "\x1b[31m\x1b[\n");
  const Result result = NormalizeWhole(odd);
  EXPECT_EQ(result.counts.lines, 9);
  EXPECT_EQ(result.counts.records, 1);
  EXPECT_EQ(result.counts.cut, 1);
  // Told again at the record's end, as the odd lines continue it.
  ASSERT_EQ(result.told.facts.size(), 2U);
  EXPECT_EQ(result.told.facts[0], result.told.facts[1]);
  EXPECT_EQ(result.counts.facts.at(FactKind::kCancelled), 1);
}

TEST(StreamNormalizerTest, ABadByteInAnErrorBecomesAReplacementCharacter) {
  Told told;
  StreamNormalizer normalizer = Create();
  normalizer.Feed(absl::StrCat("[10:00:00.000] ERROR: a Job id=1:A:b type=A failed err=\xff",
                               std::string("\0", 1), "! retry=false: x\n"),
                  told);
  ASSERT_EQ(told.facts.size(), 1U);
  EXPECT_EQ(told.facts[0].second.detail, "\xEF\xBF\xBD\xEF\xBF\xBD!");
}

TEST(StreamNormalizerTest, AStateThatCannotBeReadIsTold) {
  static const MessageIndex index;
  const auto normalizer = StreamNormalizer::Create(Labels(), {0, "\xff\xff", {}}, &index);
  EXPECT_TRUE(absl::IsDataLoss(normalizer.status()));
}

}  // namespace
}  // namespace proverlog
