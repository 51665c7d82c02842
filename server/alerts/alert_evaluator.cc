#include "server/alerts/alert_evaluator.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "alerts/rule.h"

namespace proverlog {
namespace {

// After a shorter one every sender is heard of again before its machine is thought to be silent: it
// comes back within seconds, and is noted every 15.
constexpr absl::Duration kLongestBreak = absl::Seconds(30);

}  // namespace

AlertEvaluator::AlertEvaluator(AlertStore* store, RuleMetrics* metrics, Options options)
    : store_(store), metrics_(metrics), options_(std::move(options)) {
  for (const Rule& rule : BuiltInRules()) metrics_->AddRule(std::string(rule.name));
  for (const FigureRule& rule : options_.rules.figure_rules) metrics_->AddRule(rule.name);
}

void AlertEvaluator::Start() {
  thread_ = std::thread([this] { Run(); });
}

AlertEvaluator::~AlertEvaluator() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
  // Best effort: it expires by itself.
  if (leads()) store_->Resign(options_.holder).IgnoreError();
}

bool AlertEvaluator::leads() const {
  const absl::Time now = options_.now();
  absl::MutexLock lock(&mutex_);
  return leads_ && now - renewed_at_ < options_.lease;
}

void AlertEvaluator::SetLeads(bool leads) {
  absl::MutexLock lock(&mutex_);
  if (leads_ == leads) return;
  leads_ = leads;
  // Meanwhile another replica may have changed what is stored.
  lives_.clear();
  metrics_->leads.Set(leads ? 1 : 0);
  spdlog::info("alerts: {}",
               leads ? "this replica evaluates them" : "another replica evaluates them");
}

absl::Status AlertEvaluator::Renew() {
  const absl::Time now = options_.now();
  // Another replica may have led meanwhile.
  if (!leads()) SetLeads(false);
  const auto leads = store_->Lead(options_.holder, options_.lease);
  // Where the database cannot be asked, the lease is held for as long as it was given.
  if (!leads.ok()) return leads.status();
  const absl::Time answered_at = options_.now();
  if (answered_at - answered_at_ > kLongestBreak) listens_since_ = answered_at;
  answered_at_ = answered_at;
  if (*leads) {
    absl::MutexLock lock(&mutex_);
    renewed_at_ = now;
  }
  SetLeads(*leads);
  return absl::OkStatus();
}

bool AlertEvaluator::IsRenewalDue() const {
  const absl::Time now = options_.now();
  absl::MutexLock lock(&mutex_);
  return now - renewed_at_ >= options_.renewal;
}

void AlertEvaluator::Run() {
  absl::Time round_at = options_.now();
  std::string last_trouble;
  for (;;) {
    const bool led = leads();
    absl::Status status = Renew();
    // What was missed while nobody evaluated does not wait for a round.
    if (!led && leads()) round_at = options_.now();
    if (const absl::Time now = options_.now(); now >= round_at) {
      round_at = now + options_.round_interval;
      status.Update(EvaluateAll());
    }
    // The same trouble every few seconds is told once.
    if (!status.ok() && last_trouble != status.message()) {
      spdlog::warn("alerts: {}", std::string(status.message()));
    }
    last_trouble = std::string(status.message());
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), options_.renewal)) return;
  }
}

absl::Status AlertEvaluator::EvaluateAll() {
  if (!leads()) return absl::OkStatus();
  const absl::Time begin = options_.now();
  const auto provers = options_.provers();
  if (!provers.ok()) return provers.status();
  absl::Status result;
  for (const ProverRef& prover : *provers) {
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return result;
    }
    if (IsRenewalDue()) result.Update(Renew());
    if (!leads()) return result;
    absl::Status status = Evaluate(prover);
    if (status.ok()) continue;
    metrics_->failures.Increment();
    // What is stored is not known to be what is thought to be.
    lives_.erase(prover.prover_id);
    if (absl::IsFailedPrecondition(status)) {
      SetLeads(false);
      return status;
    }
    result.Update(absl::Status(status.code(),
                               absl::StrCat("prover \"", prover.name, "\": ", status.message())));
  }
  metrics_->round_seconds.Observe(absl::ToDoubleSeconds(options_.now() - begin));
  for (const Severity severity : {Severity::kInfo, Severity::kWarning, Severity::kCritical}) {
    int firing = 0;
    for (const auto& [prover, life] : lives_) firing += life.CountFiring(severity);
    metrics_->SetFiring(severity, firing);
  }
  return result;
}

absl::Status AlertEvaluator::Evaluate(const ProverRef& prover) {
  const UnixMillis now = absl::ToUnixMillis(options_.now());
  auto life = lives_.find(prover.prover_id);
  if (life == lives_.end()) {
    auto open = store_->LoadOpen(prover.prover_id);
    if (!open.ok()) return open.status();
    life = lives_.emplace(prover.prover_id, AlertLife(*std::move(open), now)).first;
  }
  const auto view = options_.view(prover, now, absl::ToUnixMillis(listens_since_));
  if (!view.ok()) return view.status();
  return Store(prover, **view, life->second);
}

absl::Status AlertEvaluator::Store(const ProverRef& prover, const ProverView& view,
                                   AlertLife& life) {
  auto steps = life.Advance(options_.rules, view, FindAll(options_.rules, view));
  if (steps.empty()) return absl::OkStatus();
  AlertUpdate update;
  update.prover_id = prover.prover_id;
  update.at = view.now;
  for (const SteppedAlert& stepped : steps) {
    update.changes.push_back({stepped.alert, stepped.step,
                              ReceiversOf(options_.rules, view.prover, stepped.alert.finding)});
  }
  const auto ids = store_->Save(options_.holder, update);
  if (!ids.ok()) return ids.status();
  for (size_t i = 0; i < steps.size(); ++i) steps[i].alert.alert_id = (*ids)[i];
  life.Wrote(steps);
  for (const SteppedAlert& stepped : steps) {
    if (stepped.step == AlertStep::kFiring) metrics_->CountFired(stepped.alert.finding.rule);
  }
  if (options_.on_change) options_.on_change();
  return absl::OkStatus();
}

}  // namespace proverlog
