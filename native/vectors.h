// One name for the vectors of either instruction set; every file is compiled once for each.
#ifndef LIMA_VECTORS_H
#define LIMA_VECTORS_H
#include <immintrin.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

/** Eight vectors of eight: element j of vector i goes to element i of vector j. */
INLINE void transpose_8(__m256 r[8]) {
  __m256 pairs[8], fours[8];
  for (int i = 0; i < 4; i++) {
    pairs[2 * i] = _mm256_unpacklo_ps(r[2 * i], r[2 * i + 1]);
    pairs[2 * i + 1] = _mm256_unpackhi_ps(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 2; i++) {
    fours[4 * i] = _mm256_shuffle_ps(pairs[4 * i], pairs[4 * i + 2], 0x44);
    fours[4 * i + 1] = _mm256_shuffle_ps(pairs[4 * i], pairs[4 * i + 2], 0xee);
    fours[4 * i + 2] = _mm256_shuffle_ps(pairs[4 * i + 1], pairs[4 * i + 3], 0x44);
    fours[4 * i + 3] = _mm256_shuffle_ps(pairs[4 * i + 1], pairs[4 * i + 3], 0xee);
  }
  for (int i = 0; i < 4; i++) {
    r[i] = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x20);
    r[i + 4] = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x31);
  }
}

#ifdef __AVX512F__
#define SUFFIX(name) name##_avx512
/** Floats of a vector, and rows of C that a tile has so that it fills the registers. */
enum { LANES = 16, SLIVER = 8 };
typedef __m512 vector;

INLINE vector load(const float *at) { return _mm512_loadu_ps(at); }
INLINE void store(float *at, vector values) { _mm512_storeu_ps(at, values); }
INLINE vector spread(float value) { return _mm512_set1_ps(value); }
INLINE vector multiply_add(vector a, vector b, vector c) { return _mm512_fmadd_ps(a, b, c); }
INLINE vector load_f16(const uint16_t *at) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)at));
}
INLINE vector load_bf16(const uint16_t *at) {
  const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)at));
  return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}

INLINE vector unpack_low_pairs(vector a, vector b) {
  return _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
}
INLINE vector unpack_high_pairs(vector a, vector b) {
  return _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
}

/** LANES vectors: element j of vector i goes to element i of vector j. */
INLINE void transpose(vector r[LANES]) {
  vector t[LANES];
  for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 4; i++) {
    r[4 * i] = unpack_low_pairs(t[4 * i], t[4 * i + 2]);
    r[4 * i + 1] = unpack_high_pairs(t[4 * i], t[4 * i + 2]);
    r[4 * i + 2] = unpack_low_pairs(t[4 * i + 1], t[4 * i + 3]);
    r[4 * i + 3] = unpack_high_pairs(t[4 * i + 1], t[4 * i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xdd);
  }
  for (int i = 0; i < 8; i++) {
    r[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd);
  }
}

/** The vectors of SLIVER floats, as they lie in a strip. */
typedef __m256 short_vector;
INLINE short_vector load_short(const float *at) { return _mm256_loadu_ps(at); }
INLINE void store_short(float *at, short_vector values) { _mm256_storeu_ps(at, values); }
INLINE void transpose_short(short_vector r[SLIVER]) { transpose_8(r); }

#else
#define SUFFIX(name) name##_avx2
enum { LANES = 8, SLIVER = 4 };
typedef __m256 vector;

INLINE vector load(const float *at) { return _mm256_loadu_ps(at); }
INLINE void store(float *at, vector values) { _mm256_storeu_ps(at, values); }
INLINE vector spread(float value) { return _mm256_set1_ps(value); }
INLINE vector multiply_add(vector a, vector b, vector c) { return _mm256_fmadd_ps(a, b, c); }
INLINE vector load_f16(const uint16_t *at) {
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)at));
}
INLINE vector load_bf16(const uint16_t *at) {
  const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)at));
  return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}
INLINE void transpose(vector r[LANES]) { transpose_8(r); }

typedef __m128 short_vector;
INLINE short_vector load_short(const float *at) { return _mm_loadu_ps(at); }
INLINE void store_short(float *at, short_vector values) { _mm_storeu_ps(at, values); }
INLINE void transpose_short(short_vector r[SLIVER]) {
  _MM_TRANSPOSE4_PS(r[0], r[1], r[2], r[3]);
}
#endif
#endif
