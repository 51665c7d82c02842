#ifndef PROVERLOG_TESTS_TESTING_UTIL_TEST_DATA_H_
#define PROVERLOG_TESTS_TESTING_UTIL_TEST_DATA_H_

#include <string>

namespace proverlog::testing_util {

// The path of a file in tests/data. Tests run in the root of the repository.
std::string TestDataPath(const std::string& name);

// What a file contains, decompressed where it is compressed; the test fails where it cannot be
// read.
std::string ReadAll(const std::string& path);

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_TEST_DATA_H_
