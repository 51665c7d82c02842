#include "client/commands/transactions_command.h"

#include <memory>
#include <string>

#include "client/commands/query_flags.h"
#include "client/format/summary.h"

namespace proverlog {
namespace {

void AddTransactions(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = app.add_subcommand(
      "transactions", "List an epoch's public transactions and their AVM proofs");
  AddExample(command, "proverlog transactions --epoch 3055");
  AddQueryFlags(command, flags);
  auto request = std::make_shared<v1::ListTransactionsRequest>();
  command
      ->add_option_function<int32_t>(
          "--epoch", [request](int32_t value) { request->set_epoch(value); }, "The epoch's number")
      ->required();
  AddPaging(command, "default 100, at most 1000", request);
  SetBody(command, exit_code, [flags, request] {
    request->set_prover(flags->prover);
    return Ask(*flags, &Stub::ListTransactions, *request, Show(&TransactionsText));
  });
}

void AddTransaction(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("transaction", "Show a public transaction's AVM proof and its job");
  AddExample(command, "proverlog transaction 0x8299bec7");
  AddQueryFlags(command, flags);
  auto request = std::make_shared<v1::GetTransactionRequest>();
  command
      ->add_option_function<std::string>(
          "HASH", [request](const std::string& value) { request->set_hash(value); },
          "The transaction's hash, or its first digits, at least 4")
      ->required();
  command->add_option_function<int32_t>(
      "--epoch", [request](int32_t value) { request->set_epoch(value); },
      "The epoch's number (default: the latest 50 are looked through)");
  SetBody(command, exit_code, [flags, request] {
    request->set_prover(flags->prover);
    return Ask(*flags, &Stub::GetTransaction, *request, Show(&TransactionText));
  });
}

}  // namespace

void AddTransactionCommands(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  AddTransactions(app, flags, exit_code);
  AddTransaction(app, flags, exit_code);
}

}  // namespace proverlog
