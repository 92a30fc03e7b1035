import { createORPCClient, type ClientContext, type ClientLink } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../shared/contract/contract.ts';
import { currentTransport } from './connection.ts';
import { DisconnectedError, isAbort } from './rpc-error.ts';

/** Sends every call over whatever connection is open at that moment. */
const currentLink: ClientLink<ClientContext> = {
  async call(path, input, options) {
    const transport = await currentTransport();
    try {
      return await transport.link.call(path, input, options);
    } catch (error) {
      const isOwnAbort = options.signal?.aborted === true;
      if (isAbort(error) && !isOwnAbort) throw new DisconnectedError();
      throw error;
    }
  },
};

/** The core, as typed by the contract. The one object stays valid across reconnections. */
export const rpc: ContractRouterClient<Contract> = createORPCClient(currentLink);
