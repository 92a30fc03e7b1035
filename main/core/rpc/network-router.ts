import {
  endpointAnswers,
  endpointModels,
  setKey,
  tryEndpoint,
} from '../endpoints/endpoint-service.ts';
import { os, withProject } from './implement.ts';

/** Endpoints beyond this program, and what was asked of them. */
export const networkRouter = {
  status: withProject.network.status.handler(({ context: { session } }) =>
    session.network.status(),
  ),
  setEnabled: withProject.network.setEnabled.handler(({ context: { session }, input }) => {
    const status = session.network.setEnabled(input.isEnabled, input.untilClosed);
    session.changes.touch('network');
    return status;
  }),
  allow: withProject.network.allow.handler(({ context: { session }, input }) => {
    const status = session.network.allow(input.baseUrl, input.key);
    session.changes.touch('network');
    return status;
  }),
  forget: withProject.network.forget.handler(({ context: { session }, input }) => {
    const status = session.network.forget(input.baseUrl);
    session.changes.touch('network');
    return status;
  }),
  setKey: os.network.setKey.handler(({ context: { core }, input }) => setKey(core, input)),
  models: withProject.network.models.handler(({ context: { session }, input, signal }) =>
    endpointModels(session, input.baseUrl, signal),
  ),
  test: withProject.network.test.handler(({ context: { session }, input, signal }) =>
    tryEndpoint(session, input, signal),
  ),
  answers: withProject.network.answers.handler(({ context: { session }, input, signal }) =>
    endpointAnswers(session, input, signal),
  ),
  log: withProject.network.log.handler(({ context: { session }, input }) =>
    session.network.log(input.limit),
  ),
};
