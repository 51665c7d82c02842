#ifndef PROVERLOG_SERVER_QUERY_COMPARED_SUBJECT_H_
#define PROVERLOG_SERVER_QUERY_COMPARED_SUBJECT_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "analysis/subject.h"
#include "proverlog/v1/comparison.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// A subject of a comparison as it was asked for, with what it left open.
struct ComparedSubject {
  ProverRef prover;
  std::set<int32_t, std::greater<>> epochs;  // of which it may have jobs
  bool epochs_chosen = false;                // they were not asked for
  SubjectFilter filter;

  // All jobs of its epochs.
  bool IsWholeEpochs() const { return !filter.PicksAgents() && !filter.begin && !filter.end; }

  // Whether everything that agrees with the other agrees with this one, as far as what was asked
  // for tells: a machine and a version may have agents in common all the same.
  bool Contains(const ComparedSubject& other) const;
};

// `field` is the request's that has it, such as "subjects[1]". INVALID_ARGUMENT, NOT_FOUND where
// there is no such prover, log or epoch, RESOURCE_EXHAUSTED where it has too many.
absl::StatusOr<ComparedSubject> ReadSubject(QueryStore& store, const std::string& field,
                                            const v1::ComparedSubject& asked,
                                            const std::string& default_prover);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_COMPARED_SUBJECT_H_
