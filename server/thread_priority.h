#ifndef PROVERLOG_SERVER_THREAD_PRIORITY_H_
#define PROVERLOG_SERVER_THREAD_PRIORITY_H_

namespace proverlog {

// What the calling thread does from now on, and the threads that it makes, gets a third of the
// processor while others want it: what comes in is taken, and what is asked is answered, before
// work that may be done a moment later. Of Linux, where a thread has a nice value of its own (see
// setpriority(2), "C library/kernel differences").
void LowerThreadPriority();

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_THREAD_PRIORITY_H_
