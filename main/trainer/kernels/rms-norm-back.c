// The backward pass of an RMS norm with weights, as one operation of a ggml graph.
#include "tensor.h"
#include "vectors.h"

/** As many for vectors of either width, so that the bits of a sum are the same. */
enum { PARTIAL_SUMS = 16 };

/** One row: of x, of the gradient of its norm, of what is added to the result; and the weights. */
typedef struct {
  const float *x, *gradient, *weight, *residual;
  int64_t length;
  float epsilon;
} row;

/** A sum over a row before its lanes are added up. */
typedef struct {
  vector at[PARTIAL_SUMS / LANES];
} partial_sums;

static float horizontal_sum(const partial_sums *sums) {
  float all[PARTIAL_SUMS];
  for (int v = 0; v < PARTIAL_SUMS / LANES; v++) store(all + v * LANES, sums->at[v]);
  for (int half = PARTIAL_SUMS / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) all[i] += all[i + half];
  return all[0];
}

/** Σ x² and Σ x · weight · gradient. */
static void row_sums(const row *of, float *squares, float *products) {
  partial_sums square, product;
  for (int v = 0; v < PARTIAL_SUMS / LANES; v++) square.at[v] = product.at[v] = broadcast(0);
  for (int64_t i = 0; i < of->length; i += PARTIAL_SUMS)
    for (int v = 0; v < PARTIAL_SUMS / LANES; v++) {
      const int64_t at = i + v * LANES, left = of->length - at;
      const vector x = load_partial(of->x + at, left);
      const vector scaled_gradient =
          multiply(load_partial(of->gradient + at, left), load_partial(of->weight + at, left));
      square.at[v] = multiply_add(x, x, square.at[v]);
      product.at[v] = multiply_add(x, scaled_gradient, product.at[v]);
    }
  *squares = horizontal_sum(&square);
  *products = horizontal_sum(&product);
}

/** For y = x · s · w with s = 1 / √(mean x² + ε): dx = s · w · dy − x · s³ · mean(x · w · dy). */
static void rms_norm_back(const row *of, float *to) {
  float squares, products;
  row_sums(of, &squares, &products);
  const float mean = squares / (float)of->length + of->epsilon;
  const float scale = 1 / _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(mean)));
  const float x_scale = -products / (float)of->length / mean * scale;
  for (int64_t i = 0; i < of->length; i += LANES) {
    const int64_t left = of->length - i;
    const vector scaled_gradient =
        multiply(load_partial(of->gradient + i, left), load_partial(of->weight + i, left));
    const vector residual = of->residual ? load_partial(of->residual + i, left) : broadcast(0);
    const vector x_term = multiply_add(load_partial(of->x + i, left), broadcast(x_scale), residual);
    store_partial(to + i, multiply_add(scaled_gradient, broadcast(scale), x_term), left);
  }
}

/**
 * result [n, …] = gradient of x, plus the residual where there is one: `ggml_custom_op_t`. Sources:
 * x, the gradient of norm(x) · weight, weight [n], residual. Bits of `settings`: those of epsilon.
 */
void SUFFIX(lima_rms_norm_back)(tensor *result, int thread, int threads, void *settings) {
  tensor *const *sources = result->src;
  const int64_t length = result->ne[0], rows = result->ne[1] * result->ne[2] * result->ne[3];
  const range own = range_of_thread(rows, thread, threads);
  for (int64_t at = own.first; at < own.end; at++) {
    const int64_t first = at * length;
    const row of = {(const float *)sources[0]->data + first,
                    (const float *)sources[1]->data + first,
                    (const float *)sources[2]->data,
                    sources[3] ? (const float *)sources[3]->data + first : 0,
                    length,
                    float_setting(settings)};
    rms_norm_back(&of, (float *)result->data + first);
  }
}
