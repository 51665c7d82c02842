#ifndef PROVERLOG_STORAGE_POSTGRES_KEY_ARRAYS_H_
#define PROVERLOG_STORAGE_POSTGRES_KEY_ARRAYS_H_

#include "model/job_id.h"
#include "storage/postgres/array.h"
#include "storage/postgres/hash_key.h"

namespace proverlog::postgres {

// Job keys as the parameters of `unnest($3::integer[], $4::text[], $5::bytea[])`.
struct KeyArrays {
  Array epochs;
  Array types;
  Array hashes;

  void Add(const JobId& id) {
    epochs.Add(int64_t{id.epoch});
    types.AddText(id.type);
    hashes.AddBytes(EncodeHash(id.hash));
  }
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_KEY_ARRAYS_H_
