import type { ProjectInfo } from '../../shared/contract/app.ts';
import type { PacketInfo } from '../../shared/domain/project/packet.ts';
import { readOnlyNotice } from '../../shared/text/read-only.ts';
import { rpc } from './client.ts';
import { useQuery, type QueryResult } from './use-query.ts';

/** The open project, `null` when none is. */
export function useProject(): QueryResult<ProjectInfo | null> {
  return useQuery(['project.current'], () => rpc.project.current(), [
    'project',
    'samples',
    'reviews',
    'datasets',
    'runs',
    'evaluations',
  ]);
}

/** For whom the open project was made as a review packet; `null` when it is none. */
export const usePacket = (): PacketInfo | null => useProject().data?.packet ?? null;

/** Why nothing can be changed, in a text for a person; `null` while everything can. */
export function useReadOnlyNotice(): string | null {
  const reason = useProject().data?.readReason ?? null;
  return reason === null ? null : readOnlyNotice(reason);
}
