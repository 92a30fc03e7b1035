// Softmax of a block of queries over the keys that each sees, one vector of queries at a time.
#ifndef LIMA_SOFTMAX_H
#define LIMA_SOFTMAX_H
#include "attention.h"

/** What LANES queries see of the keys of their block, counted from its first key. */
typedef struct {
  /** First and last key of each query, counted from key 0; no key where there is no token. */
  int32_t first[LANES], last[LANES];
  int64_t first_key, keys;
  /** Keys that all of the queries see: only those before and after need a mask. */
  int64_t first_unmasked, end_unmasked;
} causal_mask;

/** Finds the keys that all of the queries see. */
INLINE void find_unmasked(causal_mask *mask) {
  int32_t latest_first = 0, earliest_last = mask->last[0];
  for (int lane = 0; lane < LANES; lane++) {
    if (mask->first[lane] > latest_first) latest_first = mask->first[lane];
    if (mask->last[lane] < earliest_last) earliest_last = mask->last[lane];
  }
  const int64_t first = latest_first - mask->first_key, end = earliest_last + 1 - mask->first_key;
  mask->first_unmasked = first > 0 ? first : 0;
  mask->end_unmasked = end > mask->first_unmasked ? end : mask->first_unmasked;
}

/** The mask of the queries from `lane` on. */
INLINE causal_mask mask_of_lanes(const attention *job, query_block at, int lane) {
  causal_mask mask;
  for (int i = 0; i < LANES; i++) {
    const bool exists = lane + i < at.count;
    mask.first[i] = exists ? job->earliest[at.first + lane + i] : 0;
    mask.last[i] = exists ? (int32_t)(at.first + lane + i) : -1;
  }
  mask.first_key = at.first_key;
  mask.keys = at.end_key - at.first_key;
  find_unmasked(&mask);
  return mask;
}

/** What is `seen` of a key, and `otherwise` in the lanes of queries that do not see it. */
INLINE vector masked(const causal_mask *mask, int64_t key, vector seen, vector otherwise) {
  if (key >= mask->first_unmasked && key < mask->end_unmasked) return seen;
  const int32_t position = (int32_t)(mask->first_key + key);
  return select_lanes(mask->first, mask->last, position, seen, otherwise);
}

/** The largest score of each query: what softmax subtracts, so that no exponential overflows. */
INLINE vector row_max_of(const float *scores, const causal_mask *mask) {
  const vector lowest = broadcast(-3.0e38f);
  vector row_max = lowest;
  for (int64_t k = 0; k < mask->keys; k++)
    row_max = max(row_max, masked(mask, k, load(scores + k * TILE_COLUMNS), lowest));
  return row_max;
}

/** Scores → e^(scale · (score − row max)), 0 for keys that are not seen; returns their row sum. */
INLINE vector exponentiate(float *scores, const causal_mask *mask, vector scale, vector shift) {
  vector row_sum = broadcast(0);
  for (int64_t k = 0; k < mask->keys; k++) {
    const vector score = multiply(load(scores + k * TILE_COLUMNS), scale);
    const vector weight = masked(mask, k, vector_exp(subtract(score, shift)), broadcast(0));
    row_sum = add(row_sum, weight);
    store(scores + k * TILE_COLUMNS, weight);
  }
  return row_sum;
}

/** Softmax over the keys that LANES queries see; 0 for the others. */
static inline void softmax_of_lanes(float *scores, const causal_mask *mask, float scale) {
  const vector scales = broadcast(scale);
  const vector shift = multiply(row_max_of(scores, mask), scales);
  const vector row_sum = exponentiate(scores, mask, scales, shift);
  // A lane without a token sums to 0, which must not become a division by it.
  const vector normalizer = divide(broadcast(1), max(broadcast(1e-37f), row_sum));
  for (int64_t k = 0; k < mask->keys; k++)
    store(scores + k * TILE_COLUMNS, multiply(load(scores + k * TILE_COLUMNS), normalizer));
}

/** Scores of a block → attention weights. */
static inline void softmax(float *scores, const attention *job, query_block at) {
  for (int lane = 0; lane < TILE_COLUMNS; lane += LANES) {
    const causal_mask mask = mask_of_lanes(job, at, lane);
    softmax_of_lanes(scores + lane, &mask, job->scale);
  }
}
#endif
