// Sums of matrix products as a custom operation of a ggml graph, on ggml's own threads.
#include "packing.h"
#include "tile.h"

/** Deep enough that most layers write C once; a panel and a strip of B fit the second cache. */
enum { MOST_DEPTH = 640, STRIP_FLOATS = 192 * 1024 };

typedef struct {
  float strip[STRIP_FLOATS] __attribute__((aligned(64)));
  float panel[PANEL * MOST_DEPTH] __attribute__((aligned(64)));
} workspace;

/** C [columns, rows] = scale · Σ over k of A · B, or that added to what C is. */
typedef struct {
  operand a, b;
  int64_t depth;
  float *c;
  size_t stride;
  float scale;
  bool adds;
} product;

typedef struct {
  int64_t first, end;
} range;

/** Whether rows of B are read as they lie: for so few columns, packing them takes as long as the sums. */
static bool reads_rows(const product *job, range is) {
  return !job->b.by_depth && is.end - is.first <= 2 * LANES;
}

/** Packs a strip of B, or what is left of it beyond whole slivers. */
static void pack_rows(const product *job, workspace *memory, bool only_rest, block rows) {
  const int whole = only_rest ? rows.count / SLIVER * SLIVER : 0;
  const block rest = {rows.first + whole, rows.count - whole, rows.first_depth, rows.depth};
  pack_strip(memory->strip + (size_t)whole * rows.depth, &job->b, rest);
}

/** A panel of A times the scale, on which the product is linear. */
static void pack_scaled(float *to, const product *job, block columns) {
  pack_panel(to, &job->a, columns);
  if (job->scale == 1) return;
  const int64_t floats = round_up(columns.count, LANES) * columns.depth;
  for (int64_t i = 0; i < floats; i += LANES)
    store(to + i, times(load(to + i), spread(job->scale)));
}

/** One panel of A times a strip of B. */
static void multiply_panel(const product *job, const workspace *memory, bool by_rows, block columns,
                           block rows) {
  const bool adds = job->adds || columns.first_depth > 0;
  for (int r = 0; r < rows.count; r += SLIVER) {
    factors from = {memory->panel, memory->strip + (size_t)r * rows.depth, rows.depth, 0};
    const int left = rows.count - r < SLIVER ? rows.count - r : SLIVER;
    if (by_rows && left == SLIVER) {
      from.sliver = (const float *)element(&job->b, TYPE_F32, rows.first + r, rows.first_depth);
      from.row_stride = job->b.row_bytes / 4;
    }
    float *at = job->c + (rows.first + r) * job->stride + columns.first;
    tile(from, (target){at, job->stride, columns.count, left, adds});
  }
}

/** The columns `is` of a strip of rows, over the depths of the strip. */
static void multiply_strip(const product *job, workspace *memory, range is, block rows) {
  const bool by_rows = reads_rows(job, is);
  pack_rows(job, memory, by_rows, rows);
  for (int64_t i = is.first; i < is.end;) {
    const block columns = {i, panel_columns(is.end - i), rows.first_depth, rows.depth};
    pack_scaled(memory->panel, job, columns);
    multiply_panel(job, memory, by_rows, columns, rows);
    i += columns.count;
  }
}

/** The columns `is` of the rows `js` of C. */
static void multiply(const product *job, workspace *memory, range is, range js) {
  const int64_t blocks = (job->depth + MOST_DEPTH - 1) / MOST_DEPTH;
  const int most_depth = (int)round_up((job->depth + blocks - 1) / blocks, LANES);
  for (int64_t k = 0; k < job->depth; k += most_depth) {
    const int depth = job->depth - k < most_depth ? (int)(job->depth - k) : most_depth;
    const int most_rows = STRIP_FLOATS / depth / SLIVER * SLIVER;
    for (int64_t j = js.first; j < js.end; j += most_rows) {
      const int rows = js.end - j < most_rows ? (int)(js.end - j) : most_rows;
      multiply_strip(job, memory, is, (block){j, rows, k, depth});
    }
  }
}

/** The part-th of `parts` pieces of `total`, cut between units. */
static range share(int64_t total, int64_t unit, int part, int parts) {
  const int64_t units = (total + unit - 1) / unit;
  const int64_t first = units * part / parts * unit, end = units * (part + 1) / parts * unit;
  return (range){first < total ? first : total, end < total ? end : total};
}

/** Threads that share the columns of C; as many groups of them share the rows. */
static int threads_across(int64_t columns, int threads) {
  int across = threads;
  while (across > 1 && (threads % across || columns / across < PANEL)) across--;
  return across;
}

static operand operand_at(const tensor *source, int64_t i2, int64_t i3, bool by_depth) {
  const char *data = source->data + i2 * source->nb[2] + i3 * source->nb[3];
  return (operand){data, source->type, source->nb[1], by_depth};
}

/**
 * Bits of `settings`: two for each term, whether the rows of its operands are depths; whether the
 * sum is added to what the result is, which then is the first source, too; and in the upper half
 * those of the scale, a float, or 0 for none.
 */
enum { A_BY_DEPTH = 1, B_BY_DEPTH = 2, BITS_OF_TERM = 2, ADDS = 1 << 16, MOST_TERMS = 4, SCALE_SHIFT = 32 };

/** One term for one matrix of the result; `a` repeats over its third and fourth extent. */
static product product_at(const tensor *result, tensor *const *factors, int bits, int64_t i2,
                          int64_t i3) {
  const tensor *a = factors[0], *b = factors[1];
  const int64_t a2 = i2 * a->ne[2] / result->ne[2], a3 = i3 * a->ne[3] / result->ne[3];
  return (product){
      .a = operand_at(a, a2, a3, bits & A_BY_DEPTH),
      .b = operand_at(b, i2, i3, bits & B_BY_DEPTH),
      .depth = bits & A_BY_DEPTH ? a->ne[1] : a->ne[0],
      .c = (float *)(result->data + i2 * result->nb[2] + i3 * result->nb[3]),
      .stride = result->nb[1] / 4,
  };
}

/** result [m, n, x, y] = Σ of products a · b of the pairs of sources: `ggml_custom_op_t`. */
void SUFFIX(lima_product)(tensor *result, int thread, int threads, void *settings) {
  workspace memory;
  const int bits = (int)(intptr_t)settings;
  const uintptr_t scale_bits = (uintptr_t)settings >> SCALE_SHIFT;
  const float scale = scale_bits ? float_of((const void *)scale_bits) : 1;
  tensor *const *factors = result->src + (bits & ADDS ? 1 : 0);
  const int across = threads_across(result->ne[0], threads);
  const range is = share(result->ne[0], LANES, thread % across, across);
  const range js = share(result->ne[1], SLIVER, thread / across, threads / across);
  if (is.first == is.end || js.first == js.end) return;
  for (int64_t i3 = 0; i3 < result->ne[3]; i3++)
    for (int64_t i2 = 0; i2 < result->ne[2]; i2++)
      for (int term = 0; term < MOST_TERMS && factors[2 * term]; term++) {
        const int shifted = bits >> (BITS_OF_TERM * term);
        product job = product_at(result, factors + 2 * term, shifted, i2, i3);
        job.adds = term > 0 || bits & ADDS;
        job.scale = scale;
        multiply(&job, &memory, is, js);
      }
}
