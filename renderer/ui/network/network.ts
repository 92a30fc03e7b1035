import type { NetworkStatus } from '../../../shared/contract/network.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery, type QueryResult } from '../../rpc/use-query.ts';

/** Which endpoints the open project may ask on this machine. */
export function useNetwork(): QueryResult<NetworkStatus> {
  return useQuery(['network.status'], () => rpc.network.status(), ['network']);
}

/** The models that an endpoint lists; asked while there is a base URL. */
export function useEndpointModels(baseUrl: string): QueryResult<{ models: string[] }> {
  const key = baseUrl === '' ? null : ['network.models', baseUrl];
  return useQuery(key, () => rpc.network.models({ baseUrl }), []);
}
