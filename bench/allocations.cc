#include "bench/allocations.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

int64_t allocations = 0;
int64_t bytes_in_use = 0;
int64_t peak_from = 0;
int64_t peak = 0;

void* Allocate(size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  ++allocations;
  bytes_in_use += static_cast<int64_t>(malloc_usable_size(memory));
  peak = std::max(peak, bytes_in_use);
  return memory;
}

void Free(void* memory) {
  if (memory != nullptr) bytes_in_use -= static_cast<int64_t>(malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

void* operator new(size_t size) { return Allocate(size); }
void* operator new[](size_t size) { return Allocate(size); }
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete[](void* memory) noexcept { Free(memory); }
void operator delete(void* memory, size_t /*size*/) noexcept { Free(memory); }
void operator delete[](void* memory, size_t /*size*/) noexcept { Free(memory); }

namespace proverlog::bench {

int64_t AllocationCount() { return allocations; }

void StartPeak() { peak = peak_from = bytes_in_use; }

int64_t PeakBytes() { return peak - peak_from; }

}  // namespace proverlog::bench
