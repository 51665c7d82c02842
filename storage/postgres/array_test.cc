#include "storage/postgres/array.h"

#include <gtest/gtest.h>

#include <limits>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "storage/postgres/hash_key.h"
#include "tests/testing_util/test_database.h"

namespace proverlog::postgres {
namespace {

using testing_util::TestDatabase;

TEST(ArrayTest, PostgresReadsBackWhatWasAdded) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  pqxx::connection connection(database.conninfo());
  pqxx::work tx(connection);
  const std::vector<std::string> texts = {"", "NULL", "a \"b\" \\ {c},", "ü\n\t'", "end"};
  Array array;
  for (const std::string& text : texts) array.AddText(text);
  const auto rows = tx.exec_params("SELECT unnest($1::text[])", array.Finish());
  ASSERT_EQ(rows.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(rows[static_cast<int>(i)][0].as<std::string>(), texts[i]);
  }
}

TEST(ArrayTest, NumbersBooleansBytesAndNothing) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  pqxx::connection connection(database.conninfo());
  pqxx::work tx(connection);
  Array numbers;
  numbers.Add(std::numeric_limits<int64_t>::min());
  numbers.Add(std::optional<int64_t>());
  Array booleans;
  booleans.Add(true);
  booleans.Add(std::optional<bool>(false));
  Array bytes;
  bytes.AddBytes(std::string("\0\\\"\xff", 4));
  bytes.AddNull();
  const auto rows = tx.exec_params(
      "SELECT n, b, encode(x, 'hex') FROM unnest($1::bigint[], $2::boolean[], $3::bytea[])"
      " AS t (n, b, x)",
      numbers.Finish(), booleans.Finish(), bytes.Finish());
  ASSERT_EQ(rows.size(), 2);
  EXPECT_EQ(rows[0][0].as<int64_t>(), std::numeric_limits<int64_t>::min());
  EXPECT_TRUE(rows[0][1].as<bool>());
  EXPECT_EQ(rows[0][2].as<std::string>(), "005c22ff");
  EXPECT_TRUE(rows[1][0].is_null());
  EXPECT_FALSE(rows[1][1].as<bool>());
  EXPECT_TRUE(rows[1][2].is_null());
}

TEST(ArrayTest, NothingAddedIsAnEmptyArray) { EXPECT_EQ(Array().Finish(), "{}"); }

TEST(HashKeyTest, EveryHashReadsBack) {
  for (const std::string& hash :
       {std::string(64, 'a'), std::string("0123456789abcdef"), std::string("doesnotexist"),
        std::string(31, 'x'), std::string(32, 'x'), std::string(30, 'x'), std::string(64, 'A'),
        std::string(128, 'f'), std::string("a")}) {
    EXPECT_EQ(DecodeHash(EncodeHash(hash)), hash);
    EXPECT_EQ(ReadHash("\\x" + absl::BytesToHexString(EncodeHash(hash))), hash);
  }
}

TEST(HashKeyTest, AFullHashTakesHalfItsLength) {
  EXPECT_EQ(EncodeHash(std::string(64, 'a')).size(), 32U);
  EXPECT_NE(EncodeHash(std::string(31, 'x')).size(), 32U);
}

}  // namespace
}  // namespace proverlog::postgres
