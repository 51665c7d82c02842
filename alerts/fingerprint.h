#ifndef PROVERLOG_ALERTS_FINGERPRINT_H_
#define PROVERLOG_ALERTS_FINGERPRINT_H_

#include <string>

#include "model/alert.h"

namespace proverlog {

// What an alert is known by, of its prover, rule and labels: 16 hexadecimal digits (the first of
// their SHA-256). The same on every replica and after every restart.
std::string FingerprintOf(const std::string& prover, const std::string& rule, const Labels& labels);

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_FINGERPRINT_H_
