#include "server/thread_priority.h"

#include <sys/resource.h>

namespace proverlog {
namespace {

constexpr int kNice = 5;  // 335 of the 1024 parts that nice 0 has

}  // namespace

void LowerThreadPriority() { setpriority(PRIO_PROCESS, 0, kNice); }

}  // namespace proverlog
