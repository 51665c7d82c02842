#ifndef PROVERLOG_TESTS_TESTING_UTIL_FACTS_H_
#define PROVERLOG_TESTS_TESTING_UTIL_FACTS_H_

#include <string>
#include <utility>

#include "model/fact.h"
#include "model/job_id.h"

namespace proverlog::testing_util {

// Facts for tests, written briefly: At(5, FactKind::kFailed).Attempt(2).Detail("oom").
class FactBuilder {
 public:
  FactBuilder(UnixMillis at, FactKind kind) {
    fact_.at = at;
    fact_.kind = kind;
    fact_.origin = {"m", "p", 1, at};
  }
  FactBuilder& Attempt(int32_t attempt) {
    fact_.attempt = attempt;
    return *this;
  }
  FactBuilder& Detail(std::string detail) {
    fact_.detail = std::move(detail);
    return *this;
  }
  FactBuilder& Retry(bool will_retry) {
    fact_.will_retry = will_retry;
    return *this;
  }
  FactBuilder& On(std::string machine, std::string process = "p", int64_t stream_id = 1) {
    fact_.origin.machine = std::move(machine);
    fact_.origin.process = std::move(process);
    fact_.origin.stream_id = stream_id;
    return *this;
  }
  operator Fact() const { return fact_; }  // NOLINT(google-explicit-constructor): reads as a fact

 private:
  Fact fact_;
};

inline FactBuilder At(UnixMillis at, FactKind kind) { return {at, kind}; }

inline JobId SomeJob() { return {3054, "PUBLIC_VM", std::string(64, 'a')}; }

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_FACTS_H_
