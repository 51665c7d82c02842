#ifndef PROVERLOG_BENCH_QUERY_HISTORY_H_
#define PROVERLOG_BENCH_QUERY_HISTORY_H_

#include <cstdint>
#include <string>

namespace proverlog::bench {

// A long history of provers, written as rows and not as logs: what the normalizer would have made
// of them, without the archive.
inline constexpr int kProvers = 60;
inline constexpr int kJobsAnEpoch = 5000;

// Adds epochs, each of kJobsAnEpoch healthy jobs, in turn to each of the provers, so that there are
// `epochs` in all; `have` are there. The name of a prover is "prover-N", N from 1.
void WriteHistory(const std::string& data_dir, int have, int epochs);

// The epochs of prover 1, which are numbered from 1.
int EpochsOfOneProver(int epochs);

}  // namespace proverlog::bench

#endif  // PROVERLOG_BENCH_QUERY_HISTORY_H_
