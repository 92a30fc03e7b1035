// SwiGLU of feed-forward layers, silu(gate) · up, and its backward pass.
#include "tensor.h"
#include "vectors.h"

/** Up to LANES elements of each operand; what is beyond them is 0. */
typedef struct {
  vector gate, up, gradient;
} operands;

/** 1 / (1 + e^-x); 0 for x < -88.4, so that a huge gate of that side closes. */
INLINE vector sigmoid(vector x) {
  const vector power = vector_exp(min(broadcast(89), subtract(broadcast(0), x)));
  return divide(broadcast(1), add(broadcast(1), power));
}

INLINE vector swiglu(operands at) { return multiply(multiply(at.gate, sigmoid(at.gate)), at.up); }

/** d silu(x) / dx = s · (1 + x · (1 − s)) for s = sigmoid(x). */
INLINE vector gate_gradient(operands at) {
  const vector s = sigmoid(at.gate);
  const vector inner = multiply_add(at.gate, subtract(broadcast(1), s), broadcast(1));
  return multiply(multiply(at.gradient, at.up), multiply(s, inner));
}

INLINE vector up_gradient(operands at) {
  return multiply(at.gradient, multiply(at.gate, sigmoid(at.gate)));
}

/** Elements of one thread: whole vectors, but for the last thread. */
static range elements_of_thread(const tensor *all, int thread, int threads) {
  const int64_t count = all->ne[0] * all->ne[1] * all->ne[2] * all->ne[3], whole = count / LANES;
  const int64_t end = thread + 1 == threads ? count : whole * (thread + 1) / threads * LANES;
  return (range){whole * thread / threads * LANES, end};
}

INLINE const float *floats(const tensor *from) { return (const float *)from->data; }

/** result = silu(gate) · up, all of equal extents: `ggml_custom_op_t`. Sources: gate, up. */
void SUFFIX(lima_swiglu)(tensor *result, int thread, int threads, void *settings) {
  (void)settings;
  const float *gate = floats(result->src[0]), *up = floats(result->src[1]);
  float *to = (float *)result->data;
  const range elements = elements_of_thread(result, thread, threads);
  for (int64_t i = elements.first; i < elements.end; i += LANES) {
    const int64_t left = elements.end - i;
    const operands at = {load_partial(gate + i, left), load_partial(up + i, left), broadcast(0)};
    store_partial(to + i, swiglu(at), left);
  }
}

/**
 * result [n, tokens, 2]: gradients of gate [n, tokens], then of up: `ggml_custom_op_t`. Sources:
 * gate, up, the gradient of silu(gate) · up.
 */
void SUFFIX(lima_swiglu_back)(tensor *result, int thread, int threads, void *settings) {
  (void)settings;
  const float *gate = floats(result->src[0]), *up = floats(result->src[1]);
  const float *gradient = floats(result->src[2]);
  float *to_gate = (float *)result->data, *to_up = (float *)(result->data + result->nb[2]);
  const range elements = elements_of_thread(result->src[0], thread, threads);
  for (int64_t i = elements.first; i < elements.end; i += LANES) {
    const int64_t left = elements.end - i;
    const operands at = {load_partial(gate + i, left), load_partial(up + i, left),
                         load_partial(gradient + i, left)};
    store_partial(to_gate + i, gate_gradient(at), left);
    store_partial(to_up + i, up_gradient(at), left);
  }
}
