#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/normalize/projector_fixture.h"
#include "server/normalize/renormalizer.h"
#include "storage/postgres/maintenance_store.h"
#include "storage/postgres/rebuild_store.h"

namespace proverlog {
namespace {

// Fails as a parser would that cannot stand jobs of the type THROWS, in a transaction of the
// database; `on_read` is called before blocks are read.
class FaultyTransaction : public ProjectionTransaction {
 public:
  FaultyTransaction(ProjectionTransaction* tx, const std::function<void()>& on_read)
      : tx_(*tx), on_read_(on_read) {}

  ProjectionKey projection() const override { return tx_.projection(); }
  absl::StatusOr<std::vector<PendingStream>> PendingStreams(int limit) override {
    return tx_.PendingStreams(limit);
  }
  absl::StatusOr<std::vector<Block>> ReadBlocks(int64_t stream_id, int64_t begin,
                                                int64_t max_bytes) override {
    on_read_();
    return tx_.ReadBlocks(stream_id, begin, max_bytes);
  }
  absl::StatusOr<std::vector<Gap>> ReadGaps(int64_t stream_id, int64_t begin,
                                            int64_t end) override {
    return tx_.ReadGaps(stream_id, begin, end);
  }
  absl::StatusOr<std::set<int32_t>> EpochsWithJobs(const std::set<int32_t>& epochs) override {
    return tx_.EpochsWithJobs(epochs);
  }
  absl::StatusOr<std::map<JobId, std::vector<Fact>>> LoadFacts(
      const std::vector<JobId>& jobs) override {
    return tx_.LoadFacts(jobs);
  }
  absl::Status AddJobs(const std::vector<Job>& jobs) override {
    for (const Job& job : jobs) {
      if (job.id.type == "THROWS") throw std::out_of_range("of a string");
    }
    return tx_.AddJobs(jobs);
  }
  absl::Status UpdateJobs(const std::vector<Job>& jobs) override { return tx_.UpdateJobs(jobs); }
  absl::Status AddUnknown(const std::map<int64_t, UnknownCounts>& by_stream) override {
    return tx_.AddUnknown(by_stream);
  }
  absl::Status SaveEvents(const std::vector<Event>& events) override {
    return tx_.SaveEvents(events);
  }
  absl::Status SaveCircuitRuns(const std::vector<CircuitRun>& runs) override {
    return tx_.SaveCircuitRuns(runs);
  }
  absl::Status SaveProgress(const NormalizedStream& stream) override {
    return tx_.SaveProgress(stream);
  }
  absl::StatusOr<std::optional<int64_t>> NextBoundary(int64_t stream_id, int64_t offset) override {
    return tx_.NextBoundary(stream_id, offset);
  }
  absl::Status Try(const std::function<absl::Status()>& body) override { return tx_.Try(body); }

 private:
  ProjectionTransaction& tx_;
  const std::function<void()>& on_read_;
};

class FaultyStore : public postgres::ProjectionStore {
 public:
  using postgres::ProjectionStore::ProjectionStore;

  absl::StatusOr<bool> Project(const ProjectionKey& projection,
                               const ProjectionWork& work) override {
    return postgres::ProjectionStore::Project(projection, [&](ProjectionTransaction& tx) {
      FaultyTransaction faulty(&tx, on_read);
      return work(faulty);
    });
  }

  std::function<void()> on_read = [] {};
};

class UnreadableTest : public ProjectorTest {
 protected:
  // All that is set aside: stream, begin, end.
  std::string SetAside() {
    return database_.Sql(
        "SELECT string_agg(concat_ws(' ', stream_id, begin_offset, end_offset), ', '"
        " ORDER BY stream_id, begin_offset) FROM unreadable JOIN prover"
        " USING (prover_id, projection_id)");
  }
  std::string Message() { return database_.Sql("SELECT min(message) FROM unreadable"); }
  std::string Epochs() {
    return database_.Sql("SELECT string_agg(epoch::text, ' ' ORDER BY epoch) FROM jobs");
  }
  void Refuse() { database_.Sql("ALTER TABLE job ADD CONSTRAINT no CHECK (type <> 'REFUSED')"); }

  // Makes one block of each stream's.
  void Merge() {
    postgres::MaintenanceStore maintenance(&database_.pool());
    for (const auto& [name, stream] : streams_) {
      ASSERT_TRUE(maintenance.Merge(stream, absl::InfiniteFuture()).ok());
    }
    ASSERT_EQ(database_.Sql("SELECT count(*) FROM block"), absl::StrCat(streams_.size()));
    database_.Sql("DELETE FROM live_block");
  }

  absl::Status Renormalize() {
    Renormalizer::Options options;
    options.patience = absl::ZeroDuration();
    postgres::RebuildStore rebuilds(&database_.pool());
    return Renormalizer(&projections_, &rebuilds, options).Run(1);
  }

  const int64_t line_ = static_cast<int64_t>(EnqueueLine(1).size());
};

TEST_F(UnreadableTest, AStreamGoesOnBehindADamagedBlock) {
  const std::string cut = EnqueueLine(2).substr(0, 90);
  Append("m", "bad.log", EnqueueLine(1) + cut);
  Append("m", "bad.log", EnqueueLine(2).substr(90) + EnqueueLine(3));
  Append("m", "bad.log", EnqueueLine(4));
  Append("m", "good.log", EnqueueLine(5));
  Seal("m", "bad.log");
  const int64_t begin = line_ + 90;
  database_.Sql(
      absl::StrCat("UPDATE live_block SET zstd = 'garbage' WHERE begin_offset = ", begin));
  ProjectAll();
  EXPECT_EQ(Epochs(), "1 4 5");
  EXPECT_EQ(SetAside(), absl::StrCat("1 ", begin, " ", 3 * line_));
  Append("m", "bad.log", EnqueueLine(6));
  ProjectAll();
  EXPECT_EQ(Epochs(), "1 4 5 6");
  EXPECT_TRUE(projections_.FindProversBehind()->empty());
}

TEST_F(UnreadableTest, AnswersAndTheServiceSaySo) {
  Append("m", "bad.log", EnqueueLine(1));
  database_.Sql("UPDATE live_block SET zstd = 'garbage'");
  Append("m", "good.log", EnqueueLine(2));
  ProjectAll();
  // The log may have told of any epoch.
  const auto state = queries_.LoadEpochState(queries_.ListProvers(1)->front(), 2, 100);
  ASSERT_EQ(state->streams.size(), 2U);
  const StreamStatus& bad = state->streams[1];
  ASSERT_EQ(bad.gaps.size(), 1U);
  EXPECT_EQ(bad.gaps[0].reason, GapReason::kUnreadable);
  EXPECT_EQ(bad.gaps[0].begin_offset, 0);
  EXPECT_EQ(bad.gaps[0].end_offset, line_);
  EXPECT_EQ(bad.gaps[0].message, "it is not a zstd frame");
  EXPECT_GT(bad.gaps[0].received_at, kSomeDay);
  EXPECT_EQ(database_.Sql("SELECT reason || ': ' || message FROM gaps"),
            "unreadable: it is not a zstd frame");
  const auto unreadable = projections_.FindUnreadable();
  ASSERT_EQ(unreadable->size(), 1U);
  EXPECT_EQ(unreadable->front().name, "mine");
  EXPECT_EQ(unreadable->front().ranges, 1);
}

TEST_F(UnreadableTest, AStreamGoesOnBehindMissingBlocks) {
  for (int epoch = 1; epoch <= 4; ++epoch) Append("m", "a.log", EnqueueLine(epoch));
  database_.Sql(absl::StrCat("DELETE FROM live_block WHERE begin_offset BETWEEN ", line_, " AND ",
                             2 * line_));
  ProjectAll();
  EXPECT_EQ(Epochs(), "1 4");
  EXPECT_EQ(SetAside(), absl::StrCat("1 ", line_, " ", 3 * line_));
  EXPECT_EQ(Message(), "the archive does not have them");

  Append("m", "b.log", EnqueueLine(5));
  database_.Sql("DELETE FROM live_block WHERE stream_id = 2");
  ProjectAll();
  Append("m", "b.log", EnqueueLine(6));
  ProjectAll();
  EXPECT_EQ(Epochs(), "1 4 6");
  EXPECT_EQ(SetAside(), absl::StrCat("1 ", line_, " ", 3 * line_, ", 2 0 ", line_));
}

TEST_F(UnreadableTest, WhatIsMissingForLongIsOneRange) {
  const std::string block(1'000'000, '\n');
  for (int i = 0; i < 20; ++i) Append("m", "a.log", block);
  database_.Sql("DELETE FROM block WHERE begin_offset >= 1000000");
  Append("m", "a.log", EnqueueLine(1));
  ProjectAll();
  EXPECT_EQ(SetAside(), "1 1000000 20000000");
  EXPECT_EQ(Epochs(), "1");
}

TEST_F(UnreadableTest, ManyBadStreamsHoldUpNoOther) {
  for (int i = 0; i < 70; ++i) Append("m", absl::StrCat("bad", i), "some line\n");
  database_.Sql("DELETE FROM live_block");
  Append("m", "good.log", EnqueueLine(1));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(projector_.Step({1}).ok());
  EXPECT_EQ(Epochs(), "1");
}

TEST_F(UnreadableTest, ABlockThatTheDatabaseRefusesIsSetAside) {
  Refuse();
  Append("m", "bad.log", EnqueueLine(1));
  Append("m", "bad.log", EnqueueLine(2) + EnqueueLine(3, "REFUSED"));
  Append("m", "bad.log", EnqueueLine(4));
  Append("m", "good.log", EnqueueLine(5));
  const auto step = projector_.Step({1});
  EXPECT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(Epochs(), "1 5") << "other streams do not wait";
  ProjectAll();
  EXPECT_EQ(Epochs(), "1 4 5");
  EXPECT_EQ(SetAside(), absl::StrCat("1 ", line_, " ", 3 * line_ - 2));
  EXPECT_NE(Message().find("violates check constraint"), std::string::npos) << Message();
}

TEST_F(UnreadableTest, ARecordThatWaitsForItsDataIsSetAsideWithTheBlockBehindIt) {
  Refuse();
  const std::string record =
      "[03:00:00.000] INFO: prover-node Finalized proof for epoch 7\n    uuid: 1\n";
  Append("m", "a.log", EnqueueLine(1) + record);
  ProjectAll();
  const std::string refused = EnqueueLine(2, "REFUSED");
  Append("m", "a.log", refused);
  Append("m", "a.log", EnqueueLine(3));
  ProjectAll();
  EXPECT_EQ(Epochs(), "1 3");
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM event"), "0");
  EXPECT_EQ(SetAside(),
            absl::StrCat("1 ", line_, " ", EnqueueLine(1).size() + record.size() + refused.size()));
}

TEST_F(UnreadableTest, ALineThatIsRefusedOnlyWhenItIsWholeDoesNotComeAgain) {
  Refuse();
  const std::string refused = EnqueueLine(2, "REFUSED");
  Append("m", "a.log", EnqueueLine(1) + refused.substr(0, refused.size() - 1));
  ProjectAll();
  Append("m", "a.log", "\n" + EnqueueLine(3));
  Append("m", "a.log", EnqueueLine(4));
  ProjectAll();
  EXPECT_EQ(Epochs(), "1 4");
  EXPECT_EQ(SetAside(), absl::StrCat("1 ", line_, " ", 3 * line_ - 2));

  Append("m", "b.log", EnqueueLine(5) + refused.substr(0, refused.size() - 1));
  ProjectAll();
  Seal("m", "b.log");
  ProjectAll();
  EXPECT_EQ(database_.Sql("SELECT begin_offset FROM unreadable WHERE stream_id = 2"),
            absl::StrCat(line_));
  EXPECT_TRUE(projections_.FindProversBehind()->empty());
}

TEST_F(UnreadableTest, ABlockOnWhichTheParserThrowsIsSetAside) {
  Append("m", "bad.log", EnqueueLine(1));
  Append("m", "bad.log", EnqueueLine(2, "THROWS"));
  Append("m", "bad.log", EnqueueLine(3));
  FaultyStore store(&database_.pool());
  Projector projector(&store);
  while (*projector.Step({1}) == Projector::Result::kMore) {
  }
  EXPECT_EQ(Epochs(), "1 3");
  EXPECT_EQ(SetAside(), absl::StrCat("1 ", line_, " ", 2 * line_ - 3));
  EXPECT_EQ(Message(), "cannot normalize: of a string");
}

TEST_F(UnreadableTest, WhatIsRemovedWhileItIsReadIsAGapAndNotSetAside) {
  Append("m", "a.log", EnqueueLine(1));
  Append("m", "a.log", EnqueueLine(2));
  FaultyStore store(&database_.pool());
  store.on_read = [&] {
    database_.Sql("DELETE FROM live_block WHERE begin_offset = 0");
    database_.Sql(absl::StrCat("INSERT INTO gap VALUES (1, 1, 0, ", line_,
                               ", 'retention', 0) ON CONFLICT DO NOTHING"));
  };
  Projector projector(&store);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(projector.Step({1}).ok());
  EXPECT_EQ(Epochs(), "2");
  EXPECT_EQ(SetAside(), "");
}

TEST_F(UnreadableTest, WhatIsNoBlocksFaultSetsNothingAside) {
  Append("m", "a.log", EnqueueLine(1));
  database_.Sql("ALTER TABLE job RENAME COLUMN state TO renamed");
  EXPECT_FALSE(projector_.Step({1}).ok());
  database_.Sql("ALTER TABLE job RENAME COLUMN renamed TO state");
  database_.Sql("ALTER TABLE stream_progress ADD CONSTRAINT no CHECK (normalized_offset = 0)");
  EXPECT_FALSE(projector_.Step({1}).ok());
  database_.Sql("ALTER TABLE stream_progress DROP CONSTRAINT no");
  EXPECT_EQ(SetAside(), "");
  ProjectAll();
  EXPECT_EQ(Epochs(), "1");
}

TEST_F(UnreadableTest, RenormalizeReadsWhatIsRepaired) {
  Refuse();
  Append("m", "a.log", EnqueueLine(1));
  Append("m", "a.log", EnqueueLine(2));
  Append("m", "b.log", EnqueueLine(3, "REFUSED"));
  Append("m", "b.log", EnqueueLine(4));
  const std::string block = database_.Sql(
      "SELECT encode(zstd, 'hex') FROM live_block WHERE stream_id = 1 AND begin_offset = 0");
  database_.Sql("UPDATE live_block SET zstd = 'garbage' WHERE stream_id = 1 AND begin_offset = 0");
  ProjectAll();
  ASSERT_EQ(Epochs(), "2 4");
  const std::string before = SetAside();
  EXPECT_TRUE(Renormalize().ok());  // it loses nothing
  EXPECT_EQ(SetAside(), before);

  database_.Sql(absl::StrCat("UPDATE live_block SET zstd = decode('", block,
                             "', 'hex') WHERE stream_id = 1 AND begin_offset = 0"));
  database_.Sql("ALTER TABLE job DROP CONSTRAINT no");
  EXPECT_TRUE(Renormalize().ok());
  EXPECT_EQ(Epochs(), "1 2 3 4");
  EXPECT_EQ(SetAside(), "");
}

TEST_F(UnreadableTest, RenormalizeSetsNoMoreAsideWhereBlocksAreMergedSince) {
  Refuse();
  Append("m", "a.log", EnqueueLine(1) + EnqueueLine(2, "REFUSED").substr(0, 50));
  Append("m", "a.log", EnqueueLine(2, "REFUSED").substr(50));
  Append("m", "a.log", EnqueueLine(3));
  ProjectAll();
  ASSERT_EQ(Epochs(), "1 3");
  Merge();
  const absl::Status status = Renormalize();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(Epochs(), "1 3");
  EXPECT_EQ(SetAside(), absl::StrCat("1 ", line_, " ", 2 * line_ - 2));
}

TEST_F(UnreadableTest, RenormalizeLosesNothingThatWasReadAndGoesOnWhenItIsRepaired) {
  Append("m", "a.log", EnqueueLine(1));
  Append("m", "a.log", EnqueueLine(2));
  ProjectAll();
  const std::string damage = "UPDATE live_block SET zstd = set_byte(zstd, 0, ";
  const std::string which = absl::StrCat(") WHERE begin_offset = ", line_);
  const std::string first = database_.Sql("SELECT get_byte(zstd, 0) FROM live_block");
  database_.Sql(damage + "0" + which);
  const absl::Status status = Renormalize();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_NE(status.message().find(
                absl::StrCat("stream 1 cannot be read any more from ", line_, " to ", 2 * line_)),
            std::string::npos)
      << status;
  EXPECT_EQ(Epochs(), "1 2");
  EXPECT_EQ(SetAside(), "");

  database_.Sql(damage + first + which);
  const absl::Status again = Renormalize();
  EXPECT_TRUE(again.ok()) << again;
  EXPECT_EQ(Epochs(), "1 2");
  EXPECT_EQ(database_.Sql("SELECT projection_id FROM prover"), "3");
}

// An index with a damaged page is no block's fault.
TEST_F(UnreadableTest, ADamagedDatabaseSetsNothingAside) {
  database_.Sql(
      "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS"
      " $$ BEGIN RAISE EXCEPTION 'invalid page in block 0' USING ERRCODE = 'XX001'; END $$");
  database_.Sql("CREATE TRIGGER broken BEFORE INSERT ON job EXECUTE FUNCTION broken()");
  Append("m", "a.log", EnqueueLine(1));
  EXPECT_FALSE(projector_.Step({1}).ok());
  EXPECT_EQ(SetAside(), "");
  database_.Sql("DROP TRIGGER broken ON job");
  ProjectAll();
  EXPECT_EQ(Epochs(), "1");
}

}  // namespace
}  // namespace proverlog
