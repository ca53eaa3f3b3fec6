// SHA-256 after FIPS 180-4, sections 5.3.3 and 6.2.
#include "compiler/support/sha256.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

#include <bit>
#include <cstring>

namespace kiln {

namespace {

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (section 4.2.2).
constexpr uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t loadBig(const uint8_t* bytes) {
  return uint32_t(bytes[0]) << 24 | uint32_t(bytes[1]) << 16 | uint32_t(bytes[2]) << 8 | uint32_t(bytes[3]);
}

}  // namespace

Sha256::Sha256()
    : state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
      pending_{} {}

namespace {

void plainBlock(uint32_t* state, const uint8_t* bytes) {
  uint32_t w[64];
  for (int t = 0; t < 16; t++) w[t] = loadBig(bytes + 4 * t);
  for (int t = 16; t < 64; t++) {
    uint32_t s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
    uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (int t = 0; t < 64; t++) {
    uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + kRound[t] + w[t];
    uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  const uint32_t sum[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; i++) state[i] += sum[i];
}

#if defined(__x86_64__)
bool hasInstructions() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_1) && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}
// The same by the processor's own instructions, which a file of a hundred megabytes is worth: they take the state as the words
// A B E F and C D G H, highest first, and do two rounds each.
__attribute__((target("sha,sse4.1"))) void fastBlock(uint32_t* state, const uint8_t* bytes) {
  auto load = [](const void* p) __attribute__((target("sha,sse4.1"))) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); };
  const __m128i badc = _mm_shuffle_epi32(load(state), 0xb1), efgh = _mm_shuffle_epi32(load(state + 4), 0x1b);
  const __m128i abef = _mm_alignr_epi8(badc, efgh, 8), cdgh = _mm_blend_epi16(efgh, badc, 0xf0);
  const __m128i bigEndian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i w[4], x = abef, y = cdgh;
  for (int i = 0; i < 4; i++) w[i] = _mm_shuffle_epi8(load(bytes + 16 * i), bigEndian);
  for (int i = 0; i < 16; i++) {
    const __m128i words = _mm_add_epi32(w[i & 3], load(kRound + 4 * i));
    y = _mm_sha256rnds2_epu32(y, x, words);
    x = _mm_sha256rnds2_epu32(x, y, _mm_shuffle_epi32(words, 0x0e));
    if (i >= 12) continue;
    const __m128i later = _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4);
    w[i & 3] = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]), later), w[(i + 3) & 3]);
  }
  const __m128i feba = _mm_shuffle_epi32(_mm_add_epi32(x, abef), 0x1b), dchg = _mm_shuffle_epi32(_mm_add_epi32(y, cdgh), 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state), _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}
#else
bool hasInstructions() { return false; }
void fastBlock(uint32_t* state, const uint8_t* bytes) { plainBlock(state, bytes); }
#endif

}  // namespace

void Sha256::block(const uint8_t* bytes) {
  static const auto best = hasInstructions() ? fastBlock : plainBlock;
  best(state_.data(), bytes);
}

void Sha256::add(std::string_view bytes) {
  auto data = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t left = bytes.size(), used = length_ % 64;
  length_ += left;
  if (used + left < 64) {
    if (left) std::memcpy(pending_.data() + used, data, left);
    return;
  }
  if (used) {
    std::memcpy(pending_.data() + used, data, 64 - used);
    block(pending_.data());
    data += 64 - used, left -= 64 - used;
  }
  for (; left >= 64; data += 64, left -= 64) block(data);
  if (left) std::memcpy(pending_.data(), data, left);
}

std::array<uint8_t, 32> Sha256::finish() {
  uint64_t bits = length_ * 8;
  size_t used = length_ % 64;
  pending_[used++] = 0x80;
  if (used > 56) {
    std::memset(pending_.data() + used, 0, 64 - used);
    block(pending_.data());
    used = 0;
  }
  std::memset(pending_.data() + used, 0, 56 - used);
  for (int i = 0; i < 8; i++) pending_[56 + i] = static_cast<uint8_t>(bits >> (56 - 8 * i));
  block(pending_.data());
  std::array<uint8_t, 32> digest;
  for (int i = 0; i < 32; i++) digest[i] = static_cast<uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
  return digest;
}

std::string sha256Hex(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  std::string text;
  for (uint8_t byte : hash.finish()) text += "0123456789abcdef"[byte >> 4], text += "0123456789abcdef"[byte & 15];
  return text;
}

}  // namespace kiln
