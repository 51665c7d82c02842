#ifndef PROVERLOG_CLIENT_EXPLAIN_EXPLANATION_H_
#define PROVERLOG_CLIENT_EXPLAIN_EXPLANATION_H_

#include <string>
#include <vector>

#include "client/explain/log_reader.h"

namespace proverlog {

// What the logs say, as text for a terminal: the logs and their versions, how each epoch went, what
// went wrong first, what hides in them, what is missing, with the command that would add it, and
// what is not understood. `paths` are the logs as they were named on the command line.
std::string Explain(const LogReading& reading, const std::vector<std::string>& paths);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_EXPLAIN_EXPLANATION_H_
