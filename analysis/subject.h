#ifndef PROVERLOG_ANALYSIS_SUBJECT_H_
#define PROVERLOG_ANALYSIS_SUBJECT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analysis/duration_stats.h"
#include "analysis/median_contrast.h"
#include "model/job.h"
#include "model/time.h"

namespace proverlog {

// Which part of the jobs is looked at: all that agrees with every field that is given.
struct SubjectFilter {
  std::string machine;                       // that ran the attempts; empty: any
  std::optional<std::set<int64_t>> streams;  // that told of the attempts' starts
  std::optional<UnixMillis> begin;           // what happened at it or later
  std::optional<UnixMillis> end;             // what happened before it

  // Whether it picks attempts by who ran them: what the broker says names nobody.
  bool PicksAgents() const { return !machine.empty() || streams.has_value(); }
};

// What a subject did of one type, or of all types. docs/queries.md, "Comparison", defines each.
struct SubjectWork {
  int32_t jobs = 0;
  int32_t completed = 0;
  int32_t failed_attempts = 0;
  // What only the broker tells; none where the filter picks agents.
  std::optional<int32_t> failed;
  std::optional<int32_t> retries;
  std::optional<int32_t> timeouts;
  Millis running = 0;  // the time in which at least one attempt ran
  // Jobs that agents completed, by the seconds of `running`; none while that is 0.
  std::optional<double> per_second;
};

struct SubjectOnType {
  std::string type;
  SubjectWork work;
  DurationStats duration;
  std::optional<MedianEstimate> median;  // none while there is no duration
};

struct SubjectFigures {
  SubjectWork total;
  std::vector<SubjectOnType> job_types;  // in the order in which they first appear
  std::optional<UnixMillis> first_at;    // of the facts of the jobs that count
  std::optional<UnixMillis> last_at;
  std::set<int64_t> streams;  // that told of the attempts that count
};

// Collects the jobs of a subject. The jobs of several epochs are of one subject as those of one.
class SubjectCollector {
 public:
  explicit SubjectCollector(SubjectFilter filter) : filter_(std::move(filter)) {}

  // A job that does not exist, or has nothing in the filter, is passed over.
  void Add(const Job& job);
  SubjectFigures Figures() const;
  // How many jobs count so far.
  int32_t jobs() const { return total_.work.jobs; }

 private:
  struct Work {
    SubjectWork work;
    int32_t completed_by_agents = 0;
    std::vector<std::pair<UnixMillis, UnixMillis>> ran;

    SubjectWork Finish() const;
  };
  struct Type {
    Work work;
    std::optional<UnixMillis> first_at;
    std::vector<Millis> durations;
    int32_t ambiguous = 0;
  };

  bool IsIn(UnixMillis at) const;
  bool IsOfAgents(const Attempt& attempt) const;
  bool Counts(const Attempt& attempt) const;
  bool RanIn(const Attempt& attempt, const Job& job) const;
  bool Counts(const Job& job) const;
  void AddBrokersCounts(const Job& job, SubjectWork& work) const;
  void AddAttempts(const Job& job, Work& work);
  void AddDuration(const Job& job, Type& type) const;
  void Widen(const Job& job, Type& type);

  SubjectFilter filter_;
  Work total_;
  std::map<std::string, Type> types_;
  std::optional<UnixMillis> first_at_;
  std::optional<UnixMillis> last_at_;
  std::set<int64_t> streams_;
};

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_SUBJECT_H_
