#ifndef PROVERLOG_RPC_NEAR_NAMES_H_
#define PROVERLOG_RPC_NEAR_NAMES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace proverlog {

// How many letters have to be put in, left out or replaced to make `b` of `a` (Levenshtein 1966);
// upper and lower case are the same.
size_t EditDistance(absl::string_view a, absl::string_view b);

// For the end of a message that refuses a name: "; did you mean \"X\"?" with the nearest of those
// that are known, where at most a third of the name's letters would have to change; else empty.
std::string DidYouMean(absl::string_view name, const std::vector<std::string>& known);

}  // namespace proverlog

#endif  // PROVERLOG_RPC_NEAR_NAMES_H_
