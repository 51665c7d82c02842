#include "normalizer/message_catalogue.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

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

struct Example {
  std::string message;  // J stands for kJob, O for kOther
  std::vector<FactKind> says;
};

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

// As the software prints them: versions 1.1.3 and 5.2.0, run; the others from the sources.
const std::vector<Example>& Examples() {
  static const auto* const kExamples = new std::vector<Example>{
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
      // Refusals, late results, what follows an abort, and what the node's facade says of errors.
      {"Tried enqueueing stale proving job id=J epochNumber=3050", {}},
      {"Can't cancel a job that doesn't exist id=J", {}},
      {"Can't set error on unknown proving job id=J err=boom", {}},
      {"Proving job id=J has already been completed", {}},
      {"Proving job id=J already settled, ignoring result", {}},
      {"Proving job id=J type=PUBLIC_VM not in the in-progress set", {}},
      {"Proving job id=J type=PUBLIC_VM heartbeat", {}},
      {"Proving job id=J type=PUBLIC_VM startedAt=1795229773186 older agent has taken job", {}},
      {"Proving job id=J type=PUBLIC_VM already being worked on by another agent. Sending new one",
       {}},
      {"Job id=J was aborted. Not reporting result back to broker", {}},
      {"Job controller for jobId=J completed but job was aborted", {}},
      {"Job errored with 'Broker facade stopped' id=J type=PUBLIC_VM: {", {}},
      {"Resolving proving job with error id=J type=PUBLIC_VM: 'Aborted'", {}},
      {"Proving Broker started", {}},
  };
  return *kExamples;
}

TEST(MessageCatalogueTest, EveryExampleSaysWhatItShould) {
  const MessageIndex index;
  for (const Example& example : Examples()) {
    const std::string message = Expand(example.message);
    const auto match = index.Find(message);
    ASSERT_TRUE(match) << message;
    EXPECT_EQ(Kinds(*match), example.says) << message;
    if (!example.says.empty()) {
      EXPECT_EQ(match->values["job"], kJob) << message;
    }
  }
}

TEST(MessageCatalogueTest, EveryMessageThatSaysAFactHasAnExample) {
  const MessageIndex index;
  std::set<const MessageSpec*> shown;
  for (const Example& example : Examples()) shown.insert(index.Find(Expand(example.message))->spec);
  for (const MessageSpec& spec : MessageSpecs()) {
    if (!spec.says.empty()) {
      EXPECT_EQ(shown.count(&spec), 1U) << spec.pattern;
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
  for (const std::string before : {"", "prover ", "prover 5f3a "}) {
    EXPECT_TRUE(index.Find(before + Expand("New proving job id=J epochNumber=3054"))) << before;
  }
  EXPECT_FALSE(index.Find(Expand("one two three New proving job id=J epochNumber=3054")));
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
