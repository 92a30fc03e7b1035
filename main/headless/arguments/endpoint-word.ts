import {
  endpointOfWord,
  looksLikeEndpoint,
  type Endpoint,
} from '../../../shared/domain/endpoint.ts';
import type { OptionTable } from '../cli/command.ts';
import { UsageError } from '../cli/command-error.ts';
import type { CoreClient } from '../cli/open-core.ts';

/** The option of a command that asks systems, which may be endpoints. */
export const networkOption = {
  network: {
    type: 'boolean',
    description:
      'let this command ask the endpoints that it names; none is asked without it, or "lima network P.lima on"',
  },
} as const satisfies OptionTable;

/** The endpoint that a word names; undefined of anything else. A base URL alone names no model. */
export function endpointIn(text: string): Endpoint | undefined {
  if (!looksLikeEndpoint(text)) return undefined;
  const endpoint = endpointOfWord(text);
  if (endpoint) return endpoint;
  throw new UsageError(
    `${text} names no model: write it behind the base URL, as in http://127.0.0.1:8080/v1#MODEL.`,
  );
}

/** Lets the project ask this endpoint until the command ends, where the person said --network. */
export async function allowEndpoint(
  client: CoreClient,
  { baseUrl }: Pick<Endpoint, 'baseUrl'>,
  isAllowed: boolean,
): Promise<void> {
  if (!isAllowed) return;
  await client.network.allow({ baseUrl });
  await client.network.setEnabled({ isEnabled: true, untilClosed: true });
}
