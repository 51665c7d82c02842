#include "server/alerts/alerting.h"

#include <unistd.h>

#include <array>
#include <random>

#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

constexpr int kMaxProvers = 10'000;

// This process, on whichever machine, and no later one with its number.
std::string HolderName() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return absl::StrCat(host.data(), "/", getpid(), "/", std::random_device()());
}

AlertEvaluator::Options EvaluatorOptions(const Alerting::Stores& stores, const RulesFile& rules,
                                         ViewLoader* loader, std::function<void()> on_change) {
  AlertEvaluator::Options options;
  options.holder = HolderName();
  options.rules = rules.rules;
  options.provers = [queries = stores.queries] { return queries->ListProvers(kMaxProvers); };
  options.view = [loader](const ProverRef& prover, UnixMillis now, UnixMillis listens_since) {
    return loader->Load(prover, now, listens_since);
  };
  options.on_change = std::move(on_change);
  return options;
}

}  // namespace

Alerting::Alerting(const Stores& stores, const RulesFile& rules, Metrics* metrics)
    : loader_(stores.queries, &cache_),
      evaluator_(stores.alerts, &metrics->rules,
                 EvaluatorOptions(stores, rules, &loader_, [this] { deliverer_->Notify(); })) {
  DeliveryTools delivery = RealDeliveryTools();
  delivery.outbox = stores.outbox;
  delivery.metrics = &metrics->alerts;
  delivery.leads = [this] { return evaluator_.leads(); };
  deliverer_.emplace(rules.receivers, delivery);
  evaluator_.Start();
}

}  // namespace proverlog
