#ifndef PROVERLOG_SERVER_QUERY_TRANSACTIONS_H_
#define PROVERLOG_SERVER_QUERY_TRANSACTIONS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/query.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// The answers to QueryService.ListTransactions and GetTransaction, of a prover that exists.
absl::StatusOr<v1::ListTransactionsResponse> ListTransactions(
    QueryStore& store, const ProverRef& prover, const v1::ListTransactionsRequest& request,
    absl::Time now);
absl::StatusOr<v1::GetTransactionResponse> GetTransaction(QueryStore& store,
                                                          const ProverRef& prover,
                                                          const v1::GetTransactionRequest& request,
                                                          absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_TRANSACTIONS_H_
