#ifndef PROVERLOG_CLIENT_FORMAT_COMPARISON_TEXT_H_
#define PROVERLOG_CLIENT_FORMAT_COMPARISON_TEXT_H_

#include <string>

#include "proverlog/v1/comparison.pb.h"
#include "proverlog/v1/trend.pb.h"

namespace proverlog {

// The answers of `compare` and `trend` as text, at most 100 columns wide.
std::string CompareText(const v1::CompareResponse& response);
std::string TrendText(const v1::GetTrendResponse& response);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_FORMAT_COMPARISON_TEXT_H_
