#ifndef PROVERLOG_NORMALIZER_NORMALIZER_VERSION_H_
#define PROVERLOG_NORMALIZER_NORMALIZER_VERSION_H_

namespace proverlog {

// Raised by every release in which lines become something else than before: a projection that was
// half built by another version is not finished by this one.
inline constexpr int kNormalizerVersion = 2;

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_NORMALIZER_VERSION_H_
