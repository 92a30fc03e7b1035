// The backward pass of an RMS norm with weights, as one operation of a ggml graph.
#include "tensor.h"
#include "vectors.h"

/** Sums are made in as many parts whatever the vectors are, so that their bits are the same. */
enum { PARTS = 16 };

/** One row: of x, of the gradient of its norm, of what is added to the result; and the weights. */
typedef struct {
  const float *x, *gradient, *weight, *residual;
  int64_t length;
  float epsilon;
} row;

typedef struct {
  vector at[PARTS / LANES];
} parts;

static float add_up(const parts *sums) {
  float all[PARTS];
  for (int v = 0; v < PARTS / LANES; v++) store(all + v * LANES, sums->at[v]);
  for (int half = PARTS / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) all[i] += all[i + half];
  return all[0];
}

/** Σ x² and Σ x · weight · gradient. */
static void find_sums(const row *of, float *squares, float *products) {
  parts square, product;
  for (int v = 0; v < PARTS / LANES; v++) square.at[v] = product.at[v] = spread(0);
  for (int64_t i = 0; i < of->length; i += PARTS)
    for (int v = 0; v < PARTS / LANES; v++) {
      const int64_t at = i + v * LANES, left = of->length - at;
      const vector x = load_some(of->x + at, left);
      const vector weighted =
          times(load_some(of->gradient + at, left), load_some(of->weight + at, left));
      square.at[v] = multiply_add(x, x, square.at[v]);
      product.at[v] = multiply_add(x, weighted, product.at[v]);
    }
  *squares = add_up(&square);
  *products = add_up(&product);
}

/** For y = x · s · w with s = 1 / √(mean x² + ε): dx = s · w · dy − x · s³ · mean(x · w · dy). */
static void norm_back(const row *of, float *to) {
  float squares, products;
  find_sums(of, &squares, &products);
  const float mean = squares / (float)of->length + of->epsilon;
  const float scale = 1 / _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(mean)));
  const float shrink = -products / (float)of->length / mean * scale;
  for (int64_t i = 0; i < of->length; i += LANES) {
    const int64_t left = of->length - i;
    const vector weighted =
        times(load_some(of->gradient + i, left), load_some(of->weight + i, left));
    const vector start = of->residual ? load_some(of->residual + i, left) : spread(0);
    const vector shrunk = multiply_add(load_some(of->x + i, left), spread(shrink), start);
    store_some(to + i, multiply_add(weighted, spread(scale), shrunk), left);
  }
}

/**
 * result [n, …] = gradient of x, plus the residual where there is one: `ggml_custom_op_t`. Sources:
 * x, the gradient of norm(x) · weight, weight [n], residual. Bits of `settings`: those of epsilon.
 */
void SUFFIX(lima_norm_back)(tensor *result, int thread, int threads, void *settings) {
  tensor *const *sources = result->src;
  const int64_t length = result->ne[0], rows = result->ne[1] * result->ne[2] * result->ne[3];
  for (int64_t at = rows * thread / threads; at < rows * (thread + 1) / threads; at++) {
    const int64_t first = at * length;
    const row of = {(const float *)sources[0]->data + first,
                    (const float *)sources[1]->data + first,
                    (const float *)sources[2]->data,
                    sources[3] ? (const float *)sources[3]->data + first : 0,
                    length,
                    float_of(settings)};
    norm_back(&of, (float *)result->data + first);
  }
}
