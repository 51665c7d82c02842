#ifndef PROVERLOG_ANALYSIS_COMPARISON_H_
#define PROVERLOG_ANALYSIS_COMPARISON_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analysis/median_contrast.h"
#include "analysis/subject.h"
#include "model/version_evidence.h"

namespace proverlog {

// The versions of Aztec that wrote a subject's logs, as far as these tell.
class SubjectVersions {
 public:
  void Add(const VersionEvidence& log);
  // As VersionEvidence::ToString, of all the logs.
  std::string ToString() const { return all_.ToString(); }

  // Whether some log of each is surely of another major version: hierarchy, counts and what is
  // retried differ then.
  static bool DifferInMajor(const SubjectVersions& a, const SubjectVersions& b);
  // Whether some logs are surely from before 3.0 and some from after it: the circuits are others.
  static bool DifferInCircuits(const SubjectVersions& a, const SubjectVersions& b);

 private:
  VersionEvidence all_;
  AztecVersion surely_up_to_ = VersionRange::kOpenTo;    // a log is not of a later one
  AztecVersion surely_since_ = VersionRange::kOpenFrom;  // a log is not of an earlier one
};

struct OnSubject {
  size_t subject = 0;  // its place among the subjects
  SubjectOnType figures;
  // None of the first subject, where either has no duration, and of other circuits.
  std::optional<MedianContrast> against_first;
};

struct ComparedType {
  std::string type;
  std::vector<OnSubject> subjects;  // those with a job of the type
};

// Sets subjects side by side: types in the order of the first subject, then those that only later
// ones have. Types are the same where their names are. `other_circuits`, by subject: a type is the
// same as the first subject's only where its circuit is.
std::vector<ComparedType> CompareSubjects(const std::vector<SubjectFigures>& subjects,
                                          const std::vector<bool>& other_circuits, double margin);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_COMPARISON_H_
