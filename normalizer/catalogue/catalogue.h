#ifndef PROVERLOG_NORMALIZER_CATALOGUE_CATALOGUE_H_
#define PROVERLOG_NORMALIZER_CATALOGUE_CATALOGUE_H_

#include <vector>

#include "normalizer/message_catalogue.h"

namespace proverlog::catalogue {

// The messages of the parts of Aztec's prover software, each in a file of the part's name. An entry
// is one log statement: who writes it, in which versions it was read, what it looks like, an
// example, which facts of jobs it says, which event it is (docs/events.md) and which keys of the
// record's data belong to that. MessageSpecs() puts the parts together in this order.
std::vector<MessageSpec> BrokerMessages();
std::vector<MessageSpec> AgentMessages();
std::vector<MessageSpec> FacadeMessages();
std::vector<MessageSpec> OrchestratorMessages();
std::vector<MessageSpec> ProverNodeMessages();
std::vector<MessageSpec> EpochSessionMessages();
std::vector<MessageSpec> PublisherMessages();
std::vector<MessageSpec> BbProverMessages();
std::vector<MessageSpec> StartUpMessages();
std::vector<MessageSpec> FoundationMessages();
std::vector<MessageSpec> Messages2024();

}  // namespace proverlog::catalogue

#endif  // PROVERLOG_NORMALIZER_CATALOGUE_CATALOGUE_H_
