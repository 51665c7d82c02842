#include "normalizer/message_catalogue.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"

namespace proverlog {
namespace {

constexpr char kJob[] =
    "3054:PUBLIC_VM:be755948a5a5ffe5fa238057a62b938ceb57e9552e54198571bc28256c6cb2c5";
constexpr char kOther[] =
    "3054:TUBE_PROOF:0260b8d54a3c2aa1d3908dec4f7d8bfbc0f9ffa3d3b6cacaa5b715a2baeab587";

std::vector<FactKind> Kinds(const MessageMatch& match) {
  std::vector<FactKind> kinds;
  for (const Saying& saying : match.spec->says) kinds.push_back(saying.kind);
  return kinds;
}

std::string Expand(const std::string& text) {
  std::string expanded;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool alone =
        (i == 0 || text[i - 1] == '=') && (i + 1 == text.size() || text[i + 1] == ' ');
    if (alone && text[i] == 'J') {
      expanded += kJob;
    } else if (alone && text[i] == 'O') {
      expanded += kOther;
    } else {
      expanded += text[i];
    }
  }
  return expanded;
}

using K = FactKind;

struct Said {
  std::string message;  // J stands for kJob, O for kOther
  std::vector<FactKind> facts;
};

// Every message that says a fact, as the software prints it: versions 1.1.3 and 5.2.0, run; the
// others from the sources. The other messages are shown by the examples in the table.
const std::vector<Said>& MessagesWithFacts() {
  static const auto* const kMessages = new std::vector<Said>{
      {"New proving job id=J epochNumber=3054", {K::kEnqueued}},
      {"Cached proving job id=J epochNumber=3054. Not enqueuing again", {K::kReused}},
      {"Reviving aborted proving job id=J epochNumber=3054", {K::kRevived}},
      {"Restoring proving job id=J settled=true", {K::kRestored}},
      {"Proving job complete id=J type=PUBLIC_VM totalAttempts=1", {K::kCompleted}},
      {"Retrying proving job id=J type=PUBLIC_VM retry=1 err=connect ECONNREFUSED", {K::kRetried}},
      {"Marking proving job as failed id=J type=PUBLIC_VM totalAttempts=1 err=Aborted",
       {K::kAborted}},
      {"Marking proving job as failed id=J type=PUBLIC_VM totalAttempts=1 err=Aborted by hand",
       {K::kFailed}},
      {"Cancelling job id=J", {K::kCancelled}},
      {"Proving job id=J timed out. Adding it back to the queue.", {K::kTimedOut}},
      {"Proving job id=J timed out. Re-enqueueing (retry 1/3).", {K::kTimedOut}},
      {"Proving job id=J timed out after 4 attempts. Marking as failed.",
       {K::kTimedOut, K::kFailed}},
      {"Starting job id=J type=PUBLIC_VM inputsUri=data:application/json;charset=utf-8,%7B...",
       {K::kStarted}},
      {"Aborting job id=O type=TUBE_PROOF to start new job id=J type=PUBLIC_VM inputsUri=data:...",
       {K::kSuperseded, K::kStarted}},
      {"Job id=J type=PUBLIC_VM completed outputUri=data:...", {K::kAgentCompleted}},
      {"Job id=J type=PUBLIC_VM failed err=Too many open files retry=false: Error: Too many",
       {K::kAgentFailed}},
      {"Job id=J type=PUBLIC_VM failed err=a text that goes on", {K::kAgentFailed}},
      {"Job controller started jobId=J", {K::kControllerStarted}},
      {"Aborted job controller for jobId=J", {K::kAgentAborted}},
      {"Job enqueued with broker id=J type=PUBLIC_VM epochNumber=3054", {K::kSubmitted}},
  };
  return *kMessages;
}

TEST(MessageCatalogueTest, AMessageSaysItsFacts) {
  const MessageIndex index;
  for (const Said& said : MessagesWithFacts()) {
    const std::string message = Expand(said.message);
    const auto match = index.Find(message);
    ASSERT_TRUE(match) << message;
    EXPECT_EQ(Kinds(*match), said.facts) << message;
    EXPECT_EQ(match->values["job"], kJob) << message;
  }
}

TEST(MessageCatalogueTest, NoOtherMessageSaysAFact) {
  const MessageIndex index;
  std::set<const MessageSpec*> shown;
  for (const Said& said : MessagesWithFacts()) shown.insert(index.Find(Expand(said.message))->spec);
  for (const MessageSpec& spec : MessageSpecs()) {
    EXPECT_EQ(shown.count(&spec), spec.says.empty() ? 0U : 1U) << spec.pattern;
  }
}

// Refusals, late results, what follows an abort, and what the node's facade says of errors.
TEST(MessageCatalogueTest, WhatChangesNothingSaysNoFact) {
  const MessageIndex index;
  for (const std::string message :
       {"Can't cancel a job that doesn't exist id=J", "Proving job id=J has already been completed",
        "Proving job id=J already settled, ignoring result",
        "Job id=J was aborted. Not reporting result back to broker",
        "Job errored with 'Broker facade stopped' id=J type=PUBLIC_VM: {",
        "Resolving proving job with error id=J type=PUBLIC_VM: 'Aborted'"}) {
    const auto match = index.Find(Expand(message));
    ASSERT_TRUE(match) << message;
    EXPECT_TRUE(match->spec->says.empty()) << message;
  }
}

TEST(MessageCatalogueTest, EveryExampleIsItsOwnEntrys) {
  const MessageIndex index;
  for (const MessageSpec& spec : MessageSpecs()) {
    for (const std::string before : {"", "prover-1 ", "HA-0 session-full-3054-97728-97759 "}) {
      const std::string message = before + std::string(spec.example);
      const auto match = index.Find(message);
      ASSERT_TRUE(match) << message;
      EXPECT_EQ(match->spec, &spec) << message << "\nis taken for " << match->spec->pattern;
    }
  }
}

TEST(MessageCatalogueTest, TakesTheSlots) {
  const MessageIndex index;
  const std::string aborting =
      Expand("Aborting job id=O type=TUBE_PROOF to start new job id=J type=PUBLIC_VM inputsUri=x");
  EXPECT_EQ(index.Find(aborting)->values["old_job"], kOther);
  const std::string failed =
      Expand("Job id=J type=PUBLIC_VM failed err=Exit code 1. Signal null. retry=true: E");
  const auto match = index.Find(failed);
  EXPECT_EQ(match->values["error"], "Exit code 1. Signal null.");
  EXPECT_EQ(match->values["retry"], "true");
  const std::string timed_out = Expand("Proving job id=J timed out. Re-enqueueing (retry 2/3).");
  EXPECT_EQ(index.Find(timed_out)->values["attempt"], "2");
}

TEST(MessageCatalogueTest, SkipsTheActorAndTheInstanceOfNewVersions) {
  const MessageIndex index;
  for (const std::string before : {"", "prover ", "prover-1 ", "prover-1 5f3a ", "HA-0 MAIN "}) {
    EXPECT_TRUE(index.Find(before + Expand("New proving job id=J epochNumber=3054"))) << before;
  }
  EXPECT_FALSE(index.Find(Expand("one two three New proving job id=J epochNumber=3054")));
}

TEST(MessageCatalogueTest, ASentenceIsNotTakenForTheOneThatItEndsWith) {
  const MessageIndex index;
  for (const std::string before :
       {"Not ", "Maybe ", "Proving ", "Error: ", "retry, ", "3054 (a) "}) {
    EXPECT_FALSE(index.Find(before + Expand("Cancelling job id=J"))) << before;
  }
  EXPECT_FALSE(index.Find("the request was refused"));
  EXPECT_FALSE(index.Find("bad request received"));
}

TEST(MessageCatalogueTest, FindsAMessageThatBeginsWithASlot) {
  const MessageIndex index;
  const auto verified = index.Find("RootRollupArtifact verification successful");
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->values["circuit"], "RootRollupArtifact");
  const auto retried =
      index.Find("JsonRpcClient request to http://b:80 failed. Will retry in 1s...");
  ASSERT_TRUE(retried);
  EXPECT_EQ(retried->values["call"], "JsonRpcClient request to http://b:80");
  EXPECT_EQ(retried->values["seconds"], "1");
}

TEST(MessageCatalogueTest, ASessionHasOneName) {
  const MessageIndex index;
  const std::string uuid = "c27e6beb-52bd-4e07-8dd7-daffc9eac110";
  for (const std::string message :
       {"Created EpochSession U", "EpochSession U hit deadline",
        "Cancelling EpochSession U: deadline", "Error in EpochSession U: Error: boom",
        "Session U exited with state completed", "Candidate proof U submitted for publishing",
        "Publishing candidate U", "Candidate U resolved as published",
        "Error publishing candidate U: Error: boom",
        "Job for 3057 exited with state failed: { uuid: 'U', epochNumber: 3057 }"}) {
    const std::string with_uuid = absl::StrReplaceAll(message, {{"U", uuid}});
    const auto match = index.Find(with_uuid);
    ASSERT_TRUE(match) << message;
    EXPECT_EQ(match->values["session"], uuid) << message;
  }
}

TEST(MessageCatalogueTest, AVersionThatSaysMoreIsStillUnderstood) {
  const MessageIndex index;
  const std::string message =
      Expand("Proving job complete id=J type=PUBLIC_VM totalAttempts=1 agent=7 (new in 6.0)");
  const auto match = index.Find(message);
  ASSERT_TRUE(match);
  EXPECT_EQ(match->values["attempt"], "1");
}

TEST(MessageCatalogueTest, DoesNotFindWhatIsNotThere) {
  const MessageIndex index;
  for (const std::string message : {"", " ", "Something else", "New proving", "Proving job"}) {
    EXPECT_FALSE(index.Find(message)) << message;
  }
}

}  // namespace
}  // namespace proverlog
