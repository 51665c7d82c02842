#ifndef PROVERLOG_BENCH_ALLOCATIONS_H_
#define PROVERLOG_BENCH_ALLOCATIONS_H_

#include <cstdint>

namespace proverlog::bench {

// Counts what a benchmark's program takes from the heap: allocations.cc replaces the global
// operator new. For one thread.
int64_t AllocationCount();

// The most bytes that were in use at once since this call, beyond those in use when it was made.
void StartPeak();
int64_t PeakBytes();

}  // namespace proverlog::bench

#endif  // PROVERLOG_BENCH_ALLOCATIONS_H_
