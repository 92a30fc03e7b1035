import { parseArgs } from 'node:util';
import { GgmlDevice } from '../../../trainer/device/ggml-device.ts';
import { stepFlops, shape135M, shapeOf1B, shapeOfSuperblocks } from './model-shape.ts';
import { bestMulMatRate, measureTraining } from './compute-rates.ts';

// One case of bench-train.ts in a process of its own, so that its peak memory is its own.
const { values } = parseArgs({
  options: {
    base: { type: 'string', default: '' },
    shape: { type: 'string', default: shape135M.name },
    type: { type: 'string', default: 'BF16' },
    tokens: { type: 'string', default: '512' },
    steps: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
  },
});
const shapes = [shape135M, shapeOf1B, shapeOfSuperblocks];
const shape = shapes.find(({ name }) => name === values.shape) ?? shape135M;
const size = { tokens: Number(values.tokens), trainedTokens: Number(values.tokens) / 2 };
using device = GgmlDevice.openCpu(Number(values.threads));
using reference = GgmlDevice.openCpu(Number(values.threads), { usesKernels: false });
// Quantized weights are held as BF16 where there are kernels.
const ownType = ['F32', 'F16'].includes(values.type) ? values.type : 'BF16';
const measureRates = async () => ({
  ggml: await bestMulMatRate(reference, values.type),
  own: device.kernels && (await bestMulMatRate(device, ownType)),
});
const before = await measureRates();
const rate = await measureTraining(device, values.base, { ...size, steps: Number(values.steps) });
const peakBytes = process.resourceUsage().maxRSS * 1024;
// Again: another program may have been busy the first time.
const after = await measureRates();
const mulMatFlops = Math.max(before.ggml, after.ggml);
const ownFlops = before.own && after.own && Math.max(before.own, after.own);
const modelFlops = (stepFlops(shape, size) * 1000) / rate.bestStepMs;
console.log(
  JSON.stringify({
    ...rate,
    peakBytes,
    modelFlops,
    mulMatFlops,
    ownFlops,
    tokensPerSecond: (size.tokens * 1000) / rate.bestStepMs,
  }),
);
