import { implement, ORPCError, type ImplementerInternalWithMiddlewares } from '@orpc/server';
import { contract, type Contract } from '../../../shared/contract/contract.ts';
import { explainError, logIncident } from '../base/explain-error.ts';
import { requireSession, type CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';

/** What every call carries. */
export interface CallContext {
  core: CoreState;
}

// Written out in full, what is inferred of the whole contract would be too long to compile.
type Implementing<Current extends CallContext> = ImplementerInternalWithMiddlewares<
  Contract,
  CallContext & Record<never, never>,
  Current
>;

/**
 * The contract's implementer. Errors a user can act on cross with their code and data, also those
 * that a stream throws after its call was answered; anything else becomes INTERNAL with an incident
 * id that is also in the log. Stacks never cross. A procedure that may change the project is
 * refused before its handler while the project is open for reading only, or is a review packet
 * that this is not meant for; one with a path where that does not answer.
 */
export const os: Implementing<CallContext> = implement(contract)
  .$context<CallContext>()
  .use(async ({ context: { core }, next, path, procedure, signal }, input) => {
    const where = path.join('.');
    try {
      // By the contract and not by the handler: what is not declared to read is refused.
      const { access, packets } = procedure['~orpc'].meta;
      if (access === 'edit') {
        core.session?.requireEditing();
        core.session?.requirePacket(packets);
      }
      // Before anything looks at them in this thread, which would wait for ever.
      await core.paths.reachAll(input, { signal });
      const result = await next();
      if (!isStream(result.output)) return result;
      return { ...result, output: explained(core, where, result.output) };
    } catch (error) {
      throw isWish(error, signal) ? error : toRpcError(error, core, where);
    }
  });

/** A call that ended because its caller went is no incident. */
const isWish = (error: unknown, signal: AbortSignal | undefined): boolean =>
  signal?.aborted === true &&
  (error === signal.reason || (error instanceof Error && error.name === 'AbortError'));

/** The same for procedures that need an open project: their handlers get its session. */
export const withProject: Implementing<CallContext & { session: ProjectSession }> = os.use(
  ({ context, next }) => next({ context: { session: requireSession(context.core) } }),
);

const isStream = (output: unknown): output is AsyncIterable<unknown> =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output;

function toRpcError(error: unknown, core: CoreState, where: string): unknown {
  if (error instanceof ORPCError) return error;
  const known = explainError(error);
  if (known)
    return new ORPCError(known.code, { message: known.message, data: known.data, defined: true });
  const { incidentId, message } = logIncident(error, where, core.log);
  return new ORPCError('INTERNAL_SERVER_ERROR', { message, data: { incidentId } });
}

async function* explained(
  core: CoreState,
  where: string,
  stream: AsyncIterable<unknown>,
): AsyncGenerator<unknown, void> {
  try {
    yield* stream;
  } catch (error) {
    throw toRpcError(error, core, where);
  }
}
