#include "CProcessor.h"

#include <string.h>

#if defined(__x86_64__) || defined(__aarch64__)
// FIPS 180-4 §4.2.2.
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
#endif

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

_Bool processor_has_crc32c(void) {
  unsigned a, b, c, d;
  return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_2);
}

__attribute__((target("sse4.2"))) uint32_t processor_crc32c(
    uint32_t state, const void *bytes, size_t count) {
  const uint8_t *at = bytes;
  uint64_t wide = state;
  for (; count >= 8; at += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    wide = _mm_crc32_u64(wide, word);
  }
  state = (uint32_t)wide;
  for (; count > 0; at += 1, count -= 1) state = _mm_crc32_u8(state, *at);
  return state;
}

_Bool processor_has_sha256(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1) || !(c & bit_SSSE3)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

/// Words 4 n + 16 to 4 n + 19 of the schedule, from the sixteen before them.
__attribute__((target("sha,sse4.1,ssse3"))) static inline __m128i schedule(
    __m128i w0, __m128i w1, __m128i w2, __m128i w3) {
  __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
  return _mm_sha256msg2_epu32(sum, w3);
}

__attribute__((target("sha,sse4.1,ssse3"))) void processor_sha256(
    uint32_t state[8], const void *blocks, size_t count) {
  const __m128i bigEndian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  // The instructions want the eight words as a b e f and c d g h, the first one highest.
  __m128i dcba = _mm_loadu_si128((const __m128i *)state);
  __m128i hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
  __m128i cdab = _mm_shuffle_epi32(dcba, 0xB1), efgh = _mm_shuffle_epi32(hgfe, 0x1B);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);
  for (const uint8_t *at = blocks; count > 0; at += 64, count -= 1) {
    const __m128i abefBefore = abef, cdghBefore = cdgh;
    __m128i w[4];
    for (int group = 0; group < 16; group += 1) {
      __m128i *next = &w[group % 4];
      *next = group < 4
          ? _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)at + group), bigEndian)
          : schedule(*next, w[(group + 1) % 4], w[(group + 2) % 4], w[(group + 3) % 4]);
      __m128i k = _mm_loadu_si128((const __m128i *)constants + group);
      __m128i sum = _mm_add_epi32(*next, k);
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
    }
    abef = _mm_add_epi32(abef, abefBefore);
    cdgh = _mm_add_epi32(cdgh, cdghBefore);
  }
  __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

#elif defined(__aarch64__)
#include <arm_acle.h>
#include <arm_neon.h>
#include <sys/auxv.h>

// asm/hwcap.h.
enum { hasSHA2 = 1 << 6, hasCRC32 = 1 << 7 };

_Bool processor_has_crc32c(void) { return (getauxval(AT_HWCAP) & hasCRC32) != 0; }

#if defined(__clang__)
#define WITH_CRC __attribute__((target("crc")))
#define WITH_SHA2 __attribute__((target("sha2")))
#else
#define WITH_CRC __attribute__((target("+crc")))
#define WITH_SHA2 __attribute__((target("+crypto")))
#endif

WITH_CRC uint32_t processor_crc32c(uint32_t state, const void *bytes, size_t count) {
  const uint8_t *at = bytes;
  for (; count >= 8; at += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    state = __crc32cd(state, word);
  }
  for (; count > 0; at += 1, count -= 1) state = __crc32cb(state, *at);
  return state;
}

_Bool processor_has_sha256(void) { return (getauxval(AT_HWCAP) & hasSHA2) != 0; }

WITH_SHA2 void processor_sha256(uint32_t state[8], const void *blocks, size_t count) {
  uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
  for (const uint8_t *at = blocks; count > 0; at += 64, count -= 1) {
    const uint32x4_t abcdBefore = abcd, efghBefore = efgh;
    uint32x4_t w[4];
    for (int group = 0; group < 16; group += 1) {
      uint32x4_t *next = &w[group % 4];
      *next = group < 4
          ? vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(at + group * 16)))
          : vsha256su1q_u32(vsha256su0q_u32(*next, w[(group + 1) % 4]), w[(group + 2) % 4],
                            w[(group + 3) % 4]);
      uint32x4_t sum = vaddq_u32(*next, vld1q_u32(constants + group * 4)), before = abcd;
      abcd = vsha256hq_u32(abcd, efgh, sum);
      efgh = vsha256h2q_u32(efgh, before, sum);
    }
    abcd = vaddq_u32(abcd, abcdBefore);
    efgh = vaddq_u32(efgh, efghBefore);
  }
  vst1q_u32(state, abcd);
  vst1q_u32(state + 4, efgh);
}

#else
_Bool processor_has_crc32c(void) { return 0; }
uint32_t processor_crc32c(uint32_t state, const void *bytes, size_t count) { return state; }
_Bool processor_has_sha256(void) { return 0; }
void processor_sha256(uint32_t state[8], const void *blocks, size_t count) {}
#endif
