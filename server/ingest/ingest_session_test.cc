#include "server/ingest/ingest_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "codec/sha256.h"
#include "codec/zstd_frame.h"
#include "rpc/status.h"
#include "storage/archive_range.h"
#include "storage/postgres/archive_store.h"
#include "tests/testing_util/test_database.h"

namespace proverlog {
namespace {

using Request = v1::StreamLogsRequest;

Request Hello(const std::string& head, int64_t size) {
  Request request;
  request.mutable_hello()->set_prover("mine");
  request.mutable_hello()->set_machine("machine");
  request.mutable_hello()->set_source("a.log");
  request.mutable_hello()->set_head(head);
  request.mutable_hello()->set_size(size);
  return request;
}

Request OpenNew() {
  Request request;
  request.mutable_open();
  return request;
}

Request OpenStreamId(int64_t stream_id) {
  Request request;
  request.mutable_open()->set_stream_id(stream_id);
  return request;
}

Request Batch(int64_t begin, const std::string& raw) {
  Request request;
  request.mutable_batch()->set_begin_offset(begin);
  request.mutable_batch()->set_end_offset(begin + static_cast<int64_t>(raw.size()));
  request.mutable_batch()->set_raw(raw);
  return request;
}

Request Seal(int64_t offset) {
  Request request;
  request.mutable_seal()->set_offset(offset);
  return request;
}

// The archive, and how often blocks of it were read.
class CountingStore : public postgres::ArchiveStore {
 public:
  using ArchiveStore::ArchiveStore;
  absl::StatusOr<std::vector<Block>> ReadBlocks(const StreamKey& stream, int64_t begin, int64_t end,
                                                int max_blocks) override {
    ++reads;
    return ArchiveStore::ReadBlocks(stream, begin, end, max_blocks);
  }

  int reads = 0;
};

// A session whose messages are committed one by one.
class Session {
 public:
  Session(ArchiveWriter* store, TailDigests* tails, std::function<void(ProverId)> on_commit)
      : store_(store),
        attendance_(store),
        session_(store, &limits_, tails, &attendance_, std::move(on_commit)) {}

  absl::StatusOr<v1::StreamLogsResponse> Handle(const Request& request) {
    auto step = session_.Take(request);
    if (!step.ok()) return step.status();
    if (step->response) return *step->response;
    const auto moved = store_->Advance({*step->advance});
    if (!moved.ok()) return moved.status();
    if (!moved->front()) return session_.ExplainAbort(step->advance->begin_offset);
    return AckOf(step->advance->end_offset);
  }

 private:
  ArchiveWriter* store_;
  IngestLimits limits_{IngestLimits::Options()};
  Attendance attendance_;
  IngestSession session_;
};

class IngestSessionTest : public testing::Test {
 protected:
  Session NewSession() {
    return {&store_, &tails_, [this](ProverId id) { commits_.push_back(id); }};
  }

  // Sends a whole new log; returns its stream.
  int64_t Send(const std::string& log) {
    Session session = NewSession();
    EXPECT_TRUE(session.Handle(Hello(log.substr(0, 1024), static_cast<int64_t>(log.size()))).ok());
    const auto opened = session.Handle(OpenNew());
    EXPECT_TRUE(opened.ok()) << opened.status();
    const auto ack = session.Handle(Batch(0, log));
    EXPECT_TRUE(ack.ok()) << ack.status();
    return opened->opened().stream_id();
  }

  std::string Archived(int64_t stream_id) {
    return *ReadRange(store_, {1, stream_id}, 0, int64_t{1} << 40);
  }

  testing_util::TestDatabase database_;
  CountingStore store_{&database_.pool()};
  TailDigests tails_;
  std::vector<ProverId> commits_;
};

TEST_F(IngestSessionTest, ANewLogIsCommittedBatchByBatch) {
  Session session = NewSession();
  const auto candidates = session.Handle(Hello("hello", 11));
  ASSERT_TRUE(candidates.ok()) << candidates.status();
  EXPECT_EQ(candidates->candidates().candidates_size(), 0);
  const auto opened = session.Handle(OpenNew());
  EXPECT_EQ(opened->opened().committed_offset(), 0);
  EXPECT_EQ(session.Handle(Batch(0, "hello "))->ack().committed_offset(), 6);
  EXPECT_EQ(session.Handle(Batch(6, "world"))->ack().committed_offset(), 11);
  EXPECT_EQ(session.Handle(Seal(11))->ack().committed_offset(), 11);
  EXPECT_EQ(Archived(opened->opened().stream_id()), "hello world");
  EXPECT_EQ(commits_.size(), 1U);  // of the stream that was made
}

TEST_F(IngestSessionTest, AZstdBatchIsArchivedAsItCame) {
  Session session = NewSession();
  ASSERT_TRUE(session.Handle(Hello("hello", 5)).ok());
  ASSERT_TRUE(session.Handle(OpenNew()).ok());
  Request batch = Batch(0, "hello");
  const std::string frame = CompressFrame("hello");
  batch.mutable_batch()->set_zstd(frame);
  ASSERT_TRUE(session.Handle(batch).ok());
  EXPECT_EQ(store_.ReadBlocks({1, 1}, 0, 5, 1)->front().zstd, frame);
}

TEST_F(IngestSessionTest, NothingSentMakesNoStream) {
  Session session = NewSession();
  ASSERT_TRUE(session.Handle(Hello("hello", 5)).ok());
  ASSERT_TRUE(session.Handle(OpenNew()).ok());
  EXPECT_TRUE(session.Handle(Seal(0)).ok());
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM stream"), "0");
}

TEST_F(IngestSessionTest, AKnownLogIsOfferedWithTheDigestOfItsTail) {
  const std::string log(200'000, 'x');
  const int64_t stream_id = Send(log);
  Session session = NewSession();
  const auto response = session.Handle(Hello(log.substr(0, 1024), 300'000));
  ASSERT_EQ(response->candidates().candidates_size(), 1);
  const v1::Candidate& candidate = response->candidates().candidates(0);
  EXPECT_EQ(candidate.stream_id(), stream_id);
  EXPECT_EQ(candidate.committed_offset(), 200'000);
  EXPECT_EQ(candidate.tail().end_offset(), 200'000);
  EXPECT_EQ(candidate.tail().begin_offset(), 200'000 - 65'536);
  EXPECT_EQ(candidate.tail().sha256(), Sha256(log.substr(200'000 - 65'536)));
}

TEST_F(IngestSessionTest, EveryOneOfManyLogsThatBeginAlikeIsFoundAgain) {
  std::vector<std::string> logs;
  for (int i = 0; i < 40; ++i) {
    logs.push_back(std::string(1024, 'x') + std::string(static_cast<size_t>(i), 'y') +
                   std::to_string(i));
    Send(logs.back());
  }
  for (const std::string& log : logs) {
    Session session = NewSession();
    const auto size = static_cast<int64_t>(log.size());
    const auto response = session.Handle(Hello(log.substr(0, 1024), size));
    ASSERT_TRUE(response.ok()) << response.status();
    const auto& candidates = response->candidates().candidates();
    const auto mine = std::find_if(candidates.begin(), candidates.end(), [&](const auto& one) {
      const v1::RangeDigest& tail = one.tail();
      return tail.end_offset() == size && tail.sha256() == Sha256(log);
    });
    ASSERT_NE(mine, candidates.end()) << size;
    EXPECT_EQ(Archived(mine->stream_id()), log);
  }
}

TEST_F(IngestSessionTest, ALogWhoseEndIsDamagedKeepsNoOtherFromBeingSent) {
  const int64_t damaged = Send("hello\nthis\n");
  database_.Sql("UPDATE live_block SET zstd = 'garbage'");
  const int64_t whole = Send("hello\nthat\n");
  EXPECT_NE(whole, damaged);
  EXPECT_EQ(Archived(whole), "hello\nthat\n");
  Session session = NewSession();
  const auto response = session.Handle(Hello("hello", 11));
  ASSERT_TRUE(response.ok()) << response.status();
  for (const v1::Candidate& candidate : response->candidates().candidates()) {
    const v1::RangeDigest& tail = candidate.tail();
    EXPECT_EQ(tail.begin_offset() == tail.end_offset(), candidate.stream_id() == damaged);
  }
}

TEST_F(IngestSessionTest, AShorterCopyIsComparedAtItsOwnEnd) {
  const std::string log = std::string(2000, 'x') + "the rest";
  Send(log);
  Session session = NewSession();
  const auto response = session.Handle(Hello(log.substr(0, 1024), 2003));
  const v1::RangeDigest& tail = response->candidates().candidates(0).tail();
  EXPECT_EQ(tail.end_offset(), 2003);
  EXPECT_EQ(tail.sha256(), Sha256(log.substr(0, 2003)));
}

TEST_F(IngestSessionTest, GoesOnWhereAnEarlierCallEnded) {
  const int64_t stream_id = Send("hello ");
  Session session = NewSession();
  ASSERT_TRUE(session.Handle(Hello("hello world", 11)).ok());
  const auto opened = session.Handle(OpenStreamId(stream_id));
  EXPECT_EQ(opened->opened().committed_offset(), 6);
  EXPECT_EQ(opened->opened().generation(), 2);
  ASSERT_TRUE(session.Handle(Batch(6, "world")).ok());
  EXPECT_EQ(Archived(stream_id), "hello world");
  // The head grew with it.
  EXPECT_EQ(store_.FindStreams("mine", "machine", "hello world!", 100)->size(), 1U);
  EXPECT_TRUE(store_.FindStreams("mine", "machine", "hello there", 100)->empty());
}

TEST_F(IngestSessionTest, TheNewerClientFencesOffTheOlder) {
  const int64_t stream_id = Send("hello");
  Session older = NewSession();
  Session newer = NewSession();
  for (Session* session : {&older, &newer}) {
    ASSERT_TRUE(session->Handle(Hello("hello", 9)).ok());
    ASSERT_TRUE(session->Handle(OpenStreamId(stream_id)).ok());
  }
  EXPECT_TRUE(newer.Handle(Batch(5, "new")).ok());
  const auto fenced = older.Handle(Batch(5, "old"));
  EXPECT_TRUE(absl::IsAborted(fenced.status())) << fenced.status();
  EXPECT_EQ(ReasonOf(fenced.status()), "FENCED");
  EXPECT_EQ(Archived(stream_id), "hellonew");
}

TEST_F(IngestSessionTest, AnOlderClientCannotSeal) {
  const int64_t stream_id = Send("hello");
  Session older = NewSession();
  ASSERT_TRUE(older.Handle(Hello("hello", 5)).ok());
  ASSERT_TRUE(older.Handle(OpenStreamId(stream_id)).ok());
  Session newer = NewSession();
  ASSERT_TRUE(newer.Handle(Hello("hello", 5)).ok());
  ASSERT_TRUE(newer.Handle(OpenStreamId(stream_id)).ok());
  EXPECT_EQ(ReasonOf(older.Handle(Seal(5)).status()), "FENCED");
}

TEST_F(IngestSessionTest, ABatchThatDoesNotBeginAtTheCommittedOffsetIsTold) {
  Session session = NewSession();
  ASSERT_TRUE(session.Handle(Hello("hello", 5)).ok());
  ASSERT_TRUE(session.Handle(OpenNew()).ok());
  ASSERT_TRUE(session.Handle(Batch(0, "hello")).ok());
  for (const int64_t begin : {0, 4, 6}) {
    EXPECT_EQ(ReasonOf(session.Handle(Batch(begin, "x")).status()), "OFFSET_MISMATCH") << begin;
  }
  EXPECT_EQ(ReasonOf(session.Handle(Seal(4)).status()), "OFFSET_MISMATCH");
}

TEST_F(IngestSessionTest, TheSecondOfTwoNewSendersBeginsAgain) {
  Session first = NewSession();
  Session second = NewSession();
  for (Session* session : {&first, &second}) {
    ASSERT_TRUE(session->Handle(Hello("hello", 5)).ok());
    ASSERT_TRUE(session->Handle(OpenNew()).ok());
  }
  ASSERT_TRUE(first.Handle(Batch(0, "hello")).ok());
  EXPECT_EQ(ReasonOf(second.Handle(Batch(0, "hello")).status()), "OFFSET_MISMATCH");
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM stream"), "1");
}

TEST_F(IngestSessionTest, MessagesOutOfTurnAreRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(NewSession().Handle(Request()).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(NewSession().Handle(OpenNew()).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(NewSession().Handle(Batch(0, "x")).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(NewSession().Handle(Seal(0)).status()));
  Session session = NewSession();
  ASSERT_TRUE(session.Handle(Hello("hello", 5)).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(session.Handle(Hello("hello", 5)).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(session.Handle(Batch(0, "x")).status()));
}

TEST_F(IngestSessionTest, AStreamOfAnotherProverIsNotFound) {
  const int64_t stream_id = Send("hello");
  Session session = NewSession();
  Request hello = Hello("hello", 5);
  hello.mutable_hello()->set_prover("other");
  ASSERT_TRUE(session.Handle(hello).ok());
  EXPECT_TRUE(absl::IsNotFound(session.Handle(OpenStreamId(stream_id)).status()));
}

Request GapOf(int64_t begin, int64_t end) {
  Request request;
  request.mutable_gap()->set_begin_offset(begin);
  request.mutable_gap()->set_end_offset(end);
  request.mutable_gap()->set_reason(v1::GAP_REASON_DROPPED);
  return request;
}

TEST_F(IngestSessionTest, AGapMovesTheOffsetAndIsKept) {
  const int64_t stream_id = Send("hello");
  Session session = NewSession();
  ASSERT_TRUE(session.Handle(Hello("hello", 1000)).ok());
  ASSERT_TRUE(session.Handle(OpenStreamId(stream_id)).ok());
  EXPECT_EQ(session.Handle(GapOf(5, 900))->ack().committed_offset(), 900);
  EXPECT_EQ(session.Handle(Batch(900, "world"))->ack().committed_offset(), 905);
  EXPECT_EQ(*ReadRange(store_, {1, stream_id}, 900, 905), "world");
  EXPECT_EQ(database_.Sql("SELECT begin_offset || ' ' || end_offset || ' ' || reason FROM gap"),
            "5 900 dropped");
  // Whose log it is shows in what is there behind the gap.
  Session again = NewSession();
  const auto candidates = again.Handle(Hello("hello", 2000));
  ASSERT_TRUE(candidates.ok()) << candidates.status();
  const v1::RangeDigest& tail = candidates->candidates().candidates(0).tail();
  EXPECT_EQ(tail.begin_offset(), 900);
  EXPECT_EQ(tail.sha256(), Sha256("world"));
}

TEST_F(IngestSessionTest, ALogMayBeginWithAGap) {
  Session session = NewSession();
  ASSERT_TRUE(session.Handle(Hello("hello", 5)).ok());
  ASSERT_TRUE(session.Handle(OpenNew()).ok());
  EXPECT_EQ(session.Handle(GapOf(0, 100))->ack().committed_offset(), 100);
  EXPECT_EQ(session.Handle(Batch(100, "world"))->ack().committed_offset(), 105);
}

TEST_F(IngestSessionTest, AGapThatMakesNoSenseIsRefused) {
  Send("hello");
  const auto refused = [&](const Request& gap) {
    Session session = NewSession();
    EXPECT_TRUE(session.Handle(Hello("hello", 5)).ok());
    EXPECT_TRUE(session.Handle(OpenStreamId(1)).ok());
    return session.Handle(gap).status();
  };
  EXPECT_TRUE(absl::IsAborted(refused(GapOf(4, 9))));
  EXPECT_TRUE(absl::IsInvalidArgument(refused(GapOf(5, 4))));
  EXPECT_TRUE(absl::IsInvalidArgument(refused(GapOf(5, (int64_t{1} << 40) + 6))));
  Request gap = GapOf(5, 9);
  for (const auto reason : {v1::GAP_REASON_RETENTION, v1::GAP_REASON_UNREADABLE}) {
    gap.mutable_gap()->set_reason(reason);
    EXPECT_TRUE(absl::IsInvalidArgument(refused(gap)));
  }
  gap = GapOf(5, 9);
  gap.mutable_gap()->mutable_anchor()->set_offset(8);
  EXPECT_TRUE(absl::IsInvalidArgument(refused(gap)));
}

TEST_F(IngestSessionTest, LinesCountTheirNewlines) {
  Session session = NewSession();
  ASSERT_TRUE(session.Handle(Hello("a\nbc\n", 5)).ok());
  const auto opened = session.Handle(OpenNew());
  Request request;
  request.mutable_batch()->set_end_offset(5);
  request.mutable_batch()->mutable_lines()->add_lines("a");
  request.mutable_batch()->mutable_lines()->add_lines("bc");
  EXPECT_EQ(session.Handle(request)->ack().committed_offset(), 5);
  EXPECT_EQ(Archived(opened->opened().stream_id()), "a\nbc\n");
}

TEST_F(IngestSessionTest, LogsThatBeginAlikeAreReadOnceForAllTheirSenders) {
  const std::string head(1024, 'h');
  for (int i = 1; i <= 5; ++i) Send(head + std::string(static_cast<size_t>(i), 'x'));
  const auto first = NewSession().Handle(Hello(head, 2000));
  const int reads = store_.reads;
  const auto second = NewSession().Handle(Hello(head, 3000));
  EXPECT_EQ(store_.reads, reads);
  ASSERT_EQ(second->candidates().candidates_size(), 5);
  EXPECT_EQ(second->candidates().DebugString(), first->candidates().DebugString());
}

}  // namespace
}  // namespace proverlog
