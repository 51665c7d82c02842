#include "analysis/comparison.h"

#include <algorithm>

#include "absl/strings/string_view.h"

namespace proverlog {
namespace {

constexpr AztecVersion kNewCircuits = MakeAztecVersion(3, 0);
// The only circuit that has its name before and after 3.0 (CircuitName in stdlib: avm-circuit).
// Others of types with one name have two: root-rollup and rollup-root, block-root-rollup and
// rollup-block-root.
constexpr absl::string_view kSameCircuit = "PUBLIC_VM";

constexpr int32_t MajorOf(AztecVersion version) { return version / MakeAztecVersion(1, 0); }

const SubjectOnType* Find(const SubjectFigures& subject, const std::string& type) {
  const auto found = std::find_if(subject.job_types.begin(), subject.job_types.end(),
                                  [&](const SubjectOnType& row) { return row.type == type; });
  return found == subject.job_types.end() ? nullptr : &*found;
}

ComparedType CompareType(const std::string& type, const std::vector<SubjectFigures>& subjects,
                         const std::vector<bool>& other_circuits, double margin) {
  ComparedType compared{type, {}};
  const SubjectOnType* const first = Find(subjects.front(), type);
  for (size_t i = 0; i < subjects.size(); ++i) {
    const SubjectOnType* const row = Find(subjects[i], type);
    if (row == nullptr) continue;
    OnSubject on_subject{i, *row, std::nullopt};
    const bool comparable = i > 0 && first != nullptr && first->median && row->median &&
                            (!other_circuits[i] || type == kSameCircuit);
    if (comparable) on_subject.against_first = Contrast(*first->median, *row->median, margin);
    compared.subjects.push_back(std::move(on_subject));
  }
  return compared;
}

}  // namespace

void SubjectVersions::Add(const VersionEvidence& log) {
  all_.Merge(log);
  const VersionRange range = log.range();
  surely_up_to_ = std::min(surely_up_to_, range.to);
  surely_since_ = std::max(surely_since_, range.from);
}

bool SubjectVersions::DifferInMajor(const SubjectVersions& a, const SubjectVersions& b) {
  return MajorOf(a.surely_up_to_) < MajorOf(b.surely_since_) ||
         MajorOf(b.surely_up_to_) < MajorOf(a.surely_since_);
}

bool SubjectVersions::DifferInCircuits(const SubjectVersions& a, const SubjectVersions& b) {
  const auto before_and_after = [](const SubjectVersions& x, const SubjectVersions& y) {
    return x.surely_up_to_ < kNewCircuits && y.surely_since_ >= kNewCircuits;
  };
  return before_and_after(a, b) || before_and_after(b, a);
}

std::vector<ComparedType> CompareSubjects(const std::vector<SubjectFigures>& subjects,
                                          const std::vector<bool>& other_circuits, double margin) {
  std::vector<ComparedType> types;
  for (const SubjectFigures& subject : subjects) {
    for (const SubjectOnType& row : subject.job_types) {
      const bool known = std::any_of(types.begin(), types.end(), [&](const ComparedType& type) {
        return type.type == row.type;
      });
      if (!known) types.push_back(CompareType(row.type, subjects, other_circuits, margin));
    }
  }
  return types;
}

}  // namespace proverlog
