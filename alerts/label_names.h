#ifndef PROVERLOG_ALERTS_LABEL_NAMES_H_
#define PROVERLOG_ALERTS_LABEL_NAMES_H_

#include <string>
#include <vector>

namespace proverlog {

// The names of the labels that findings of the built-in rules have.
const std::vector<std::string>& LabelNames();

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_LABEL_NAMES_H_
