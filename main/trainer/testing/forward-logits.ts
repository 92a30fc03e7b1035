import { blockForward } from '../model/block.ts';
import { embed } from '../model/embedding.ts';
import type { BaseModel } from '../weights/base-model.ts';
import { declareContext, usesLongFactors, writeLayout } from '../model/graph-context.ts';
import { headForward } from '../model/head.ts';
import { normForward } from '../model/norm.ts';
import { querySpans } from '../model/visible-keys.ts';
import type { TrainedWeights } from '../weights/trained-weights.ts';
import { ComputeGraph, WorkingMemory } from '../device/compute-graph.ts';
import type { Device } from '../device/device.ts';
import { elementType } from '../device/tensor.ts';

/** Logits [vocabulary, tokens] of the trainer's own forward pass over one sequence. */
export async function forwardLogits(
  device: Device,
  { model, trained }: { model: BaseModel; trained: TrainedWeights },
  tokens: Int32Array,
): Promise<Float32Array> {
  const count = tokens.length;
  using graph = new ComputeGraph(device, 1024 + model.blocks.length * 400);
  using memory = new WorkingMemory(device);
  const ids = graph.input([count], elementType.i32);
  const context = declareContext(graph, {
    model,
    trained,
    spans: querySpans(count),
    usesLongFactors: usesLongFactors(model, count),
  });
  let stream = embed(context, ids);
  for (const index of model.blocks.keys()) stream = blockForward(context, index, stream).output;
  const { logits } = headForward(context, normForward(context, stream, model.outputNorm).output);
  graph.requireOutput(logits);
  graph.place(memory);
  device.write(ids, tokens);
  const positions = Int32Array.from(tokens.keys());
  writeLayout(context, { positions, segments: new Int32Array(count) });
  await graph.compute();
  return device.readFloats(logits);
}
