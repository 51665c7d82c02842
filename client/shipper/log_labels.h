#ifndef PROVERLOG_CLIENT_SHIPPER_LOG_LABELS_H_
#define PROVERLOG_CLIENT_SHIPPER_LOG_LABELS_H_

#include <string>

namespace proverlog {

// What a log is called.
struct LogLabels {
  std::string machine;
  std::string source;
  std::string prover;  // "" where its path does not tell whose it is

  friend bool operator==(const LogLabels& a, const LogLabels& b) = default;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_LOG_LABELS_H_
