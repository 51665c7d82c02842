#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "client/format/summary.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;

v1::ListLinesResponse OneLog() {
  v1::ListLinesResponse response;
  v1::LogStream& stream = *response.add_streams();
  stream.set_stream_id(1);
  stream.set_machine("prover-a");
  stream.set_source("broker.log");
  stream.set_committed_offset(1000);
  stream.set_normalized_offset(1000);
  stream.mutable_first_record_time()->set_seconds(1795230000);
  stream.mutable_last_record_time()->set_seconds(1795233600);
  return response;
}

void AddLine(int64_t offset, const std::string& text, v1::ListLinesResponse& response) {
  v1::DatedLine& line = *response.add_lines();
  line.set_stream_id(1);
  line.set_offset(offset);
  line.mutable_time()->set_seconds(1795230000);
  line.set_text(text);
}

TEST(LinesTextTest, LinesComeWithTheirInstantsAndWhatIsMissingBetweenThem) {
  v1::ListLinesResponse response = OneLog();
  AddLine(0, "one \x1b[31m", response);
  AddLine(600, "two", response);
  v1::MissingLines& missing = *response.add_gaps();
  missing.set_stream_id(1);
  missing.mutable_gap()->set_begin_offset(100);
  missing.mutable_gap()->set_end_offset(600);
  missing.mutable_gap()->set_reason(v1::GAP_REASON_DROPPED);
  response.set_next_page_token("abc");
  EXPECT_EQ(LinesText(response),
            "prover-a broker.log (times in UTC):\n"
            "2026-11-21 03:00:00.000  one ?[31m\n"
            "-- 500 B are missing here: dropped\n"
            "2026-11-21 03:00:00.000  two\n"
            "There are more; the next page: --page-token abc\n");
}

TEST(LinesTextTest, WhereNothingIsItSaysWhatThereIs) {
  v1::ListLinesResponse response = OneLog();
  EXPECT_EQ(LinesText(response),
            "No line is of this time.\n"
            "prover-a broker.log: its records are from 2026-11-21 03:00:00.000 to 2026-11-21 "
            "04:00:00.000 UTC\n");
  response.mutable_streams(0)->clear_first_record_time();
  EXPECT_THAT(LinesText(response), HasSubstr("nothing dates its lines"));
}

TEST(LinesTextTest, ALogThatIsNotReadYetIsNamed) {
  v1::ListLinesResponse response = OneLog();
  AddLine(0, "one", response);
  response.mutable_completeness()->set_complete(true);
  EXPECT_THAT(LinesText(response), Not(HasSubstr("Incomplete")));
  response.mutable_streams(0)->set_committed_offset(2000);
  response.mutable_completeness()->set_complete(false);
  v1::SourceState& source = *response.mutable_completeness()->add_sources();
  source.set_condition(v1::SOURCE_CONDITION_LATE);
  *source.mutable_stream() = response.streams(0);
  EXPECT_THAT(LinesText(response),
              testing::StartsWith("Incomplete: 1 log may tell more.\n"
                                  "  broker.log of prover-a: 1.00 kB of 2.00 kB read so far\n"));
}

}  // namespace
}  // namespace proverlog
