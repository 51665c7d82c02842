#ifndef PROVERLOG_CLIENT_FORMAT_SUMMARY_H_
#define PROVERLOG_CLIENT_FORMAT_SUMMARY_H_

#include <string>

#include "proverlog/v1/query.pb.h"

namespace proverlog {

// The API's answers as text for a terminal, at most 100 columns wide but for the lines of logs in
// LinesText.

// "in progress", "proven"
std::string OutcomeText(v1::EpochOutcome outcome);
// "queued", "failed"
std::string StateText(v1::JobState state);
// "out of memory", "agent lost"
std::string CauseText(v1::CauseKind kind);
// A job's id with the first digits of its hash: enough for `proverlog job`.
std::string ShortId(const std::string& id);

// "216 jobs: 206 completed, 3 failed, 7 aborted; 4 retries, 6 time-outs", "no job is known"
std::string CountsText(const v1::JobCounts& counts);

std::string EpochsText(const v1::ListEpochsResponse& response);
std::string EpochSummaryText(const v1::GetEpochSummaryResponse& summary);
// Of jobs that are ordered so.
std::string JobsText(const v1::ListJobsResponse& response,
                     v1::JobOrder order = v1::JOB_ORDER_UNSPECIFIED);
std::string JobText(const v1::GetJobResponse& response);
std::string TransactionsText(const v1::ListTransactionsResponse& response);
std::string TransactionText(const v1::GetTransactionResponse& response);
std::string WhyText(const v1::ExplainResponse& response);
std::string ThroughputText(const v1::GetThroughputResponse& response);
std::string CriticalPathText(const v1::GetCriticalPathResponse& response);
std::string MachinesText(const v1::ListMachinesResponse& response);
std::string MachineText(const v1::GetMachineResponse& response);
std::string EventsText(const v1::ListEventsResponse& response);
std::string LinesText(const v1::ListLinesResponse& response);
std::string ComparisonText(const v1::CompareMachinesResponse& response);
std::string UnknownMessagesText(const v1::ListUnknownMessagesResponse& response);
// `timing_given`: the question had the times of epochs.
std::string ProgressText(const v1::GetProgressResponse& response, bool timing_given = false);
std::string SubmissionsText(const v1::ListSubmissionsResponse& response, bool timing_given = false);

// Parts of several answers.
// The first line of an answer that is not complete; empty where it is.
std::string IncompleteLine(const v1::Completeness& completeness);
// The same, with a line for each log that may tell more.
std::string CompletenessText(const v1::Completeness& completeness);
// How a proof's deadline is known: "the log prints it"
std::string DeadlineSourceText(const v1::ProofDeadline& deadline);
// What follows "no deadline is known": what to do, or where the times were given why not.
std::string NoDeadlineText(bool timing_given);
// How to see the next page, where there is one.
std::string NextPageText(const std::string& token);
std::string EpochsTable(const google::protobuf::RepeatedPtrField<v1::Epoch>& epochs,
                        bool with_date);
// The prover node's attempts at the epoch; empty where no log tells of one.
std::string SessionsText(const v1::GetEpochSummaryResponse& summary);
// What is missing of the log, with the reason of the first gap; empty where nothing is.
std::string GapText(const v1::LogStream& stream);
// The same of each log.
std::string GapsText(const v1::Completeness& completeness);
std::string JobTypesText(const v1::GetEpochSummaryResponse& summary);
std::string MachineSharesText(const google::protobuf::RepeatedPtrField<v1::MachineShare>& shares);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_FORMAT_SUMMARY_H_
