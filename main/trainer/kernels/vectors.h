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
enum { LANES = 16, TILE_ROWS = 8 };
typedef __m512 vector;

INLINE vector load(const float *at) { return _mm512_loadu_ps(at); }
INLINE void store(float *at, vector values) { _mm512_storeu_ps(at, values); }
INLINE vector broadcast(float value) { return _mm512_set1_ps(value); }
INLINE vector multiply_add(vector a, vector b, vector c) { return _mm512_fmadd_ps(a, b, c); }
INLINE vector add(vector a, vector b) { return _mm512_add_ps(a, b); }
INLINE vector subtract(vector a, vector b) { return _mm512_sub_ps(a, b); }
INLINE vector multiply(vector a, vector b) { return _mm512_mul_ps(a, b); }
INLINE vector divide(vector a, vector b) { return _mm512_div_ps(a, b); }
/** b where either is NaN. */
INLINE vector max(vector a, vector b) { return _mm512_max_ps(a, b); }
INLINE vector min(vector a, vector b) { return _mm512_min_ps(a, b); }
INLINE vector vector_round(vector x) { return _mm512_roundscale_ps(x, 8); }
/** 2^n for whole n in [-126, 127]; below and above 0 and infinity, for one n each. */
INLINE vector vector_exp2(vector n) {
  const __m512i exponents = _mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127));
  return _mm512_castsi512_ps(_mm512_slli_epi32(exponents, 23));
}
/** `inside` in the lanes where first <= at <= last, elsewhere `outside`. */
INLINE vector select_lanes(const int32_t *first, const int32_t *last, int32_t at, vector inside,
                     vector outside) {
  const __m512i position = _mm512_set1_epi32(at);
  const __mmask16 from = _mm512_cmple_epi32_mask(_mm512_loadu_si512(first), position);
  const __mmask16 to = _mm512_cmple_epi32_mask(position, _mm512_loadu_si512(last));
  return _mm512_mask_blend_ps(from & to, outside, inside);
}
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

/** Vectors of TILE_ROWS floats: the width of a packed panel of B. */
typedef __m256 short_vector;
INLINE short_vector load_short(const float *at) { return _mm256_loadu_ps(at); }
INLINE void store_short(float *at, short_vector values) { _mm256_storeu_ps(at, values); }
INLINE void transpose_short(short_vector r[TILE_ROWS]) { transpose_8(r); }

#else
#define SUFFIX(name) name##_avx2
enum { LANES = 8, TILE_ROWS = 4 };
typedef __m256 vector;

INLINE vector load(const float *at) { return _mm256_loadu_ps(at); }
INLINE void store(float *at, vector values) { _mm256_storeu_ps(at, values); }
INLINE vector broadcast(float value) { return _mm256_set1_ps(value); }
INLINE vector multiply_add(vector a, vector b, vector c) { return _mm256_fmadd_ps(a, b, c); }
INLINE vector add(vector a, vector b) { return _mm256_add_ps(a, b); }
INLINE vector subtract(vector a, vector b) { return _mm256_sub_ps(a, b); }
INLINE vector multiply(vector a, vector b) { return _mm256_mul_ps(a, b); }
INLINE vector divide(vector a, vector b) { return _mm256_div_ps(a, b); }
INLINE vector max(vector a, vector b) { return _mm256_max_ps(a, b); }
INLINE vector min(vector a, vector b) { return _mm256_min_ps(a, b); }
INLINE vector vector_round(vector x) { return _mm256_round_ps(x, 8); }
INLINE vector vector_exp2(vector n) {
  const __m256i exponents = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
  return _mm256_castsi256_ps(_mm256_slli_epi32(exponents, 23));
}
INLINE vector select_lanes(const int32_t *first, const int32_t *last, int32_t at, vector inside,
                     vector outside) {
  const __m256i position = _mm256_set1_epi32(at);
  const __m256i before = _mm256_cmpgt_epi32(_mm256_loadu_si256((const __m256i *)first), position);
  const __m256i after = _mm256_cmpgt_epi32(position, _mm256_loadu_si256((const __m256i *)last));
  const __m256i not_seen = _mm256_or_si256(before, after);
  return _mm256_blendv_ps(inside, outside, _mm256_castsi256_ps(not_seen));
}
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
INLINE void transpose_short(short_vector r[TILE_ROWS]) {
  _MM_TRANSPOSE4_PS(r[0], r[1], r[2], r[3]);
}
#endif

/** The first `count` elements, or a whole vector if there are so many; zeros for the others. */
INLINE vector load_partial(const float *at, int64_t count) {
  if (count >= LANES) return load(at);
  float copy[LANES] = {0};
  for (int64_t i = 0; i < count; i++) copy[i] = at[i];
  return load(copy);
}

/** Stores the first `count` elements, or all. */
INLINE void store_partial(float *at, vector values, int64_t count) {
  float copy[LANES];
  if (count >= LANES) {
    store(at, values);
    return;
  }
  store(copy, values);
  for (int64_t i = 0; i < count; i++) at[i] = copy[i];
}

/** A float out of the bits that stand for the address of settings. */
INLINE float float_setting(const void *settings) {
  const union {
    uint32_t bits;
    float value;
  } one = {(uint32_t)(uintptr_t)settings};
  return one.value;
}

/**
 * e^x to two units in the last place, 0 for x < -87.7 and infinity for 88.4 < x <= 89; NaN stays
 * NaN. As 2^n · e^r with r = x − n·ln 2 and a polynomial of degree 6, as expf of Cephes 2.8.
 */
INLINE vector vector_exp(vector x) {
  x = max(broadcast(-88.0f), x);
  const vector n = vector_round(multiply(x, broadcast(1.44269504088896341f)));
  // ln 2 in two terms, the first of which has so few bits that n times it is exact.
  const vector upper = multiply_add(n, broadcast(-0.693359375f), x);
  const vector r = multiply_add(n, broadcast(2.12194440e-4f), upper);
  vector sum = broadcast(1.9875691500e-4f);
  sum = multiply_add(sum, r, broadcast(1.3981999507e-3f));
  sum = multiply_add(sum, r, broadcast(8.3334519073e-3f));
  sum = multiply_add(sum, r, broadcast(4.1665795894e-2f));
  sum = multiply_add(sum, r, broadcast(1.6666665459e-1f));
  sum = multiply_add(sum, r, broadcast(5.0000001201e-1f));
  sum = multiply_add(sum, multiply(r, r), add(r, broadcast(1)));
  return multiply(sum, vector_exp2(n));
}
#endif
