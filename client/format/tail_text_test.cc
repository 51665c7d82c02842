#include "client/format/tail_text.h"

#include <gtest/gtest.h>

#include <string>

namespace proverlog {
namespace {

void AddStream(int64_t id, const std::string& source, v1::TailLinesResponse& response) {
  v1::LogStream& stream = *response.add_streams();
  stream.set_stream_id(id);
  stream.set_machine("prover-a");
  stream.set_source(source);
}

void AddLine(int64_t stream_id, const std::string& text, v1::TailLinesResponse& response) {
  v1::DatedLine& line = *response.add_entries()->mutable_line();
  line.set_stream_id(stream_id);
  line.mutable_time()->set_seconds(1795230000);
  line.set_text(text);
}

TEST(TailTextTest, EachLineHasItsLogAndItsInstant) {
  TailText text(/*with_names=*/true);
  v1::TailLinesResponse first;
  AddStream(1, "broker.log", first);
  AddLine(1, "one \x1b[31m", first);
  EXPECT_EQ(text.Add(first), "prover-a broker.log | 2026-11-21 03:00:00.000  one ?[31m\n");
  v1::TailLinesResponse second;
  AddStream(2, "agent.log", second);
  v1::MissingLines& missing = *second.add_entries()->mutable_gap();
  missing.set_stream_id(2);
  missing.mutable_gap()->set_end_offset(500);
  missing.mutable_gap()->set_reason(v1::GAP_REASON_DROPPED);
  AddLine(2, "two", second);
  AddLine(1, "three", second);
  EXPECT_EQ(text.Add(second),
            "prover-a agent.log | -- 500 B are missing here: dropped\n"
            "prover-a agent.log | 2026-11-21 03:00:00.000  two\n"
            "prover-a broker.log | 2026-11-21 03:00:00.000  three\n");
  EXPECT_EQ(text.Add({}), "");
}

TEST(TailTextTest, OneLogNeedsNoName) {
  TailText text(/*with_names=*/false);
  v1::TailLinesResponse response;
  AddStream(1, "broker.log", response);
  AddLine(1, "one", response);
  EXPECT_EQ(text.Add(response), "2026-11-21 03:00:00.000  one\n");
}

}  // namespace
}  // namespace proverlog
