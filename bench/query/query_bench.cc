// query_bench: how fast questions are answered on a history of 1 million jobs and of 10 million,
// and while logs come. Prints each figure beside its goal; docs/performance.md says what they mean.
//
//   build/bench/query/query_bench [MILLIONS...]

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/ingest/load.h"
#include "bench/ingest/measure.h"
#include "bench/query/history.h"
#include "proverlog/v1/query.grpc.pb.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_files.h"

namespace proverlog::bench {
namespace {

using Stub = v1::QueryService::Stub;
using testing_util::Service;

constexpr int kLeastWarmUp = 20;
constexpr int kCalls = 200;
// Half of what the service normalizes at its top on two cores.
constexpr double kHalfLoad = 80'000;
constexpr int kJobsAMillion = 1'000'000;

// A question about some epoch of prover 1 that has `epochs`, asked for the `call`th time.
struct Question {
  const char* name;
  double goal_ms;  // p99
  std::function<grpc::Status(Stub&, int call, int epochs)> ask;
};

template <typename Request, typename Response>
auto Asking(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
            std::function<void(Request&, int epoch)> fill) {
  return [method, fill](Stub& stub, int call, int epochs) {
    Request request;
    request.set_prover("prover-1");
    fill(request, call % epochs + 1);
    grpc::ClientContext context;
    Response response;
    return (stub.*method)(&context, request, &response);
  };
}

std::string FirstJobOf(Stub& stub, int epoch) {
  v1::ListJobsRequest request;
  request.set_prover("prover-1");
  request.add_epochs(epoch);
  request.set_page_size(1);
  grpc::ClientContext context;
  v1::ListJobsResponse response;
  const grpc::Status status = stub.ListJobs(&context, request, &response);
  if (!status.ok() || response.jobs_size() == 0) {
    throw std::runtime_error(absl::StrCat("epoch ", epoch, " has no job"));
  }
  return response.jobs(0).id();
}

// `jobs`: one of each epoch.
std::vector<Question> Questions(const std::vector<std::string>& jobs) {
  return {
      {"epoch summary", 20,
       Asking<v1::GetEpochSummaryRequest>(
           &Stub::GetEpochSummary,
           [](v1::GetEpochSummaryRequest& request, int epoch) { request.set_epoch(epoch); })},
      {"page of jobs", 20,
       Asking<v1::ListJobsRequest>(&Stub::ListJobs, [](v1::ListJobsRequest& request,
                                                       int epoch) { request.add_epochs(epoch); })},
      {"job", 20,
       Asking<v1::GetJobRequest>(&Stub::GetJob,
                                 [jobs](v1::GetJobRequest& request, int epoch) {
                                   request.set_id(jobs[static_cast<size_t>(epoch) - 1]);
                                 })},
      {"machines", 20,
       Asking<v1::ListMachinesRequest>(&Stub::ListMachines, [](v1::ListMachinesRequest&, int) {})},
      {"page of epochs", 20,
       Asking<v1::ListEpochsRequest>(&Stub::ListEpochs, [](v1::ListEpochsRequest& request,
                                                           int) { request.set_page_size(10); })},
      {"comparison of two epochs", 60,
       Asking<v1::CompareRequest>(&Stub::Compare,
                                  [](v1::CompareRequest& request, int epoch) {
                                    request.add_subjects()->add_epochs(epoch);
                                    request.add_subjects()->add_epochs(epoch == 1 ? 2 : epoch - 1);
                                  })},
      {"critical path", 60,
       Asking<v1::GetCriticalPathRequest>(
           &Stub::GetCriticalPath,
           [](v1::GetCriticalPathRequest& request, int epoch) { request.set_epoch(epoch); })},
      {"trend of 200 epochs", 100,
       Asking<v1::GetTrendRequest>(&Stub::GetTrend,
                                   [](v1::GetTrendRequest& request, int) {
                                     request.set_figure("wall_time");
                                     request.set_epochs(200);
                                   })},
  };
}

std::vector<double> Measure(Stub& stub, const Question& question, int epochs) {
  std::vector<double> millis;
  const int warm_up = std::max(kLeastWarmUp, epochs);  // each epoch once
  for (int call = 0; call < warm_up + kCalls; ++call) {
    const absl::Time begin = absl::Now();
    const grpc::Status status = question.ask(stub, call, epochs);
    if (!status.ok()) {
      throw std::runtime_error(absl::StrCat(question.name, ": ", status.error_message()));
    }
    if (call >= warm_up) millis.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
  }
  return millis;
}

void MeasureAll(Stub& stub, int epochs, const char* while_what) {
  const int own = EpochsOfOneProver(epochs);
  std::vector<std::string> jobs;
  for (int epoch = 1; epoch <= own; ++epoch) jobs.push_back(FirstJobOf(stub, epoch));
  for (const Question& question : Questions(jobs)) {
    const std::vector<double> millis = Measure(stub, question, own);
    std::printf("  %-24s %s p50 %7.1f ms, p99 %7.1f ms   goal p99 <= %.0f ms\n", question.name,
                while_what, Percentile(millis, 0.5), Percentile(millis, 0.99), question.goal_ms);
    std::fflush(stdout);
  }
}

// The same while another prover's logs come at half of what the service takes.
void MeasureUnderLoad(Stub& stub, Service& service, const std::string& directory, int epochs) {
  const LogSet set = WriteLogs(directory + "/logs", 120);
  std::atomic<bool> done = false;
  std::thread load([&] {
    for (int i = 0; !done; ++i) {
      SendPaced(service.address(), absl::StrCat("load-", i), set, kHalfLoad, absl::Seconds(10));
    }
  });
  MeasureAll(stub, epochs, "(under load)");
  done = true;
  load.join();
}

int Main(const std::vector<int>& millions) {
  const testing_util::TempDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  Service service("--data-dir=" + data_dir);
  const auto stub = v1::QueryService::NewStub(
      grpc::CreateChannel(service.address(), grpc::InsecureChannelCredentials()));
  int epochs = 0;
  for (const int million : millions) {
    const int all = million * (kJobsAMillion / kJobsAnEpoch);
    WriteHistory(data_dir, epochs, all);
    epochs = all;
    std::printf("%d million jobs, %d provers, %d epochs of %d jobs\n", million, kProvers, epochs,
                kJobsAnEpoch);
    MeasureAll(*stub, epochs, "            ");
  }
  MeasureUnderLoad(*stub, service, directory.path(), epochs);
  return 0;
}

}  // namespace
}  // namespace proverlog::bench

int main(int argc, char** argv) {
  std::vector<int> millions;
  for (int i = 1; i < argc; ++i) {
    int million = 0;
    const int least = millions.empty() ? 1 : millions.back() + 1;
    if (!absl::SimpleAtoi(argv[i], &million) || million < least) {
      std::fprintf(stderr, "usage: query_bench [MILLIONS...], ascending\n");
      return 2;
    }
    millions.push_back(million);
  }
  if (millions.empty()) millions = {1, 10};
  try {
    return proverlog::bench::Main(millions);
  } catch (const std::exception& e) {  // what was started is stopped
    std::fprintf(stderr, "query_bench: %s\n", e.what());
    return 1;
  }
}
