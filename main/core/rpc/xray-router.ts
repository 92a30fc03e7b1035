import { requireSession } from '../project/core-state.ts';
import { openXray, xraySample } from '../train/xray-service.ts';
import { explained, os } from './implement.ts';

export const xrayRouter = {
  open: os.xray.open.handler(async function* ({ context: { core }, input, signal }) {
    yield* explained(core, 'xray.open', openXray(requireSession(core), input, signal));
  }),
  sample: os.xray.sample.handler(({ context: { core }, input, signal }) =>
    xraySample(requireSession(core), input, signal),
  ),
};
