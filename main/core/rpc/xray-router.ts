import { openXray, xraySample } from '../train/xray-service.ts';
import { withProject } from './implement.ts';

/** A dataset as the trainer will see it. */
export const xrayRouter = {
  open: withProject.xray.open.handler(({ context: { session }, input, signal }) =>
    openXray(session, input, signal),
  ),
  sample: withProject.xray.sample.handler(({ context: { session }, input, signal }) =>
    xraySample(session, input, signal),
  ),
};
