// The gate of feed-forward layers, silu(gate) · up, as an operation of a ggml graph.
#include "tensor.h"
#include "vectors.h"

/** Operands of up to LANES elements; what is beyond them is 0. */
typedef struct {
  vector gate, up, gradient;
} elements;

/** 1 / (1 + e^-x); 0 for x < -88.4, so that a huge gate of that side closes. */
INLINE vector sigmoid(vector x) {
  const vector power = exponential(smaller(spread(89), minus(spread(0), x)));
  return over(spread(1), plus(spread(1), power));
}

INLINE vector gate_of(elements at) { return times(times(at.gate, sigmoid(at.gate)), at.up); }

/** d silu(x) / dx = s · (1 + x · (1 − s)) for s = sigmoid(x). */
INLINE vector gate_gradient(elements at) {
  const vector share = sigmoid(at.gate);
  const vector inner = multiply_add(at.gate, minus(spread(1), share), spread(1));
  return times(times(at.gradient, at.up), times(share, inner));
}

INLINE vector up_gradient(elements at) {
  return times(at.gradient, times(at.gate, sigmoid(at.gate)));
}

typedef struct {
  int64_t first, end;
} range;

/** Elements of one thread: whole vectors, but for the last thread. */
static range share(const tensor *all, int thread, int threads) {
  const int64_t count = all->ne[0] * all->ne[1] * all->ne[2] * all->ne[3], whole = count / LANES;
  const int64_t end = thread + 1 == threads ? count : whole * (thread + 1) / threads * LANES;
  return (range){whole * thread / threads * LANES, end};
}

INLINE const float *floats(const tensor *from) { return (const float *)from->data; }

/** result = silu(gate) · up, all of equal extents: `ggml_custom_op_t`. Sources: gate, up. */
void SUFFIX(lima_gate)(tensor *result, int thread, int threads, void *settings) {
  (void)settings;
  const float *gate = floats(result->src[0]), *up = floats(result->src[1]);
  float *to = (float *)result->data;
  const range part = share(result, thread, threads);
  for (int64_t i = part.first; i < part.end; i += LANES) {
    const int64_t left = part.end - i;
    const elements at = {load_some(gate + i, left), load_some(up + i, left), spread(0)};
    store_some(to + i, gate_of(at), left);
  }
}

/**
 * result [n, tokens, 2]: gradients of gate [n, tokens], then of up: `ggml_custom_op_t`. Sources:
 * gate, up, the gradient of silu(gate) · up.
 */
void SUFFIX(lima_gate_back)(tensor *result, int thread, int threads, void *settings) {
  (void)settings;
  const float *gate = floats(result->src[0]), *up = floats(result->src[1]);
  const float *gradient = floats(result->src[2]);
  float *to_gate = (float *)result->data, *to_up = (float *)(result->data + result->nb[2]);
  const range part = share(result->src[0], thread, threads);
  for (int64_t i = part.first; i < part.end; i += LANES) {
    const int64_t left = part.end - i;
    const elements at = {load_some(gate + i, left), load_some(up + i, left),
                         load_some(gradient + i, left)};
    store_some(to_gate + i, gate_gradient(at), left);
    store_some(to_up + i, up_gradient(at), left);
  }
}
