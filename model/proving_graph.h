#ifndef PROVERLOG_MODEL_PROVING_GRAPH_H_
#define PROVERLOG_MODEL_PROVING_GRAPH_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace proverlog {

// A job type, and those whose jobs take the proofs of its jobs as inputs.
struct TypeFeeds {
  absl::string_view type;
  std::vector<absl::string_view> feeds;
};

// The versions of Aztec that prove an epoch with the same job types.
struct ProvingEra {
  absl::string_view versions;
  std::vector<TypeFeeds> types;  // all of them, from the leaves to the root
};

// Every era that is known. Where two know equally many of an epoch's types the earlier one stands.
const std::vector<ProvingEra>& ProvingEras();

// What each of an epoch's types feeds, of those types, in the era that knows most of them. A type
// that the era does not know feeds nothing, and nothing feeds it.
std::map<std::string, std::vector<std::string>> FeedsWithin(const std::set<std::string>& types);

// Of an epoch's types those whose jobs take no other job's proof, in the era that knows most of
// them; where it has none of these, those of which it knows neither what they feed nor what feeds
// them, and all where no era knows any.
std::set<std::string> LeavesWithin(const std::set<std::string>& types);

// Whether a type of the epoch, but for the root, takes proofs of jobs, and none of the types that
// make such is there: the logs do not show how the epoch began. Not where a type is there of which
// the era does not know what it feeds.
bool LacksInputs(const std::set<std::string>& types);

// The type of the jobs that prove the circuit ("avm-circuit"), as records name it in their
// `circuitName`; empty where it is not known.
absl::string_view JobTypeOfCircuit(absl::string_view circuit);

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_PROVING_GRAPH_H_
