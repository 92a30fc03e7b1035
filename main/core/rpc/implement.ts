import { implement, ORPCError } from '@orpc/server';
import { contract } from '../../../shared/contract/contract.ts';
import type { CoreState } from '../project/core-state.ts';
import { explainError, logIncident } from '../base/explain-error.ts';

/** What every call carries. */
export interface CallContext {
  core: CoreState;
}

/**
 * The contract's implementer. Errors a user can act on cross with their code and data; anything
 * else becomes INTERNAL with an incident id that is also in the log. Stacks never cross.
 */
export const os = implement(contract)
  .$context<CallContext>()
  .use(async ({ context, next, path }) => {
    try {
      return await next();
    } catch (error) {
      throw toRpcError(error, context.core, path.join('.'));
    }
  });

/** The error as it crosses the wire. */
export function toRpcError(error: unknown, core: CoreState, where: string): unknown {
  if (error instanceof ORPCError) return error;
  const known = explainError(error);
  if (known)
    return new ORPCError(known.code, { message: known.message, data: known.data, defined: true });
  const { incidentId, message } = logIncident(error, where, core.log);
  return new ORPCError('INTERNAL_SERVER_ERROR', { message, data: { incidentId } });
}

/** The same translation for errors that a stream throws after its call was answered. */
export async function* explained<Value>(
  core: CoreState,
  where: string,
  stream: AsyncIterable<Value>,
): AsyncGenerator<Value, void> {
  try {
    yield* stream;
  } catch (error) {
    throw toRpcError(error, core, where);
  }
}
