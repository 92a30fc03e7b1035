import type { ProjectInfo } from '../../shared/contract/app.ts';
import type { PacketInfo } from '../../shared/domain/project/packet.ts';
import type { PipelineFacts } from '../../shared/domain/project/pipeline.ts';
import type { ProjectDefaults } from '../../shared/domain/project/project-defaults.ts';
import { readOnlyNotice } from '../../shared/text/project/read-only.ts';
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

/** How far the open project is on its way from samples to a verdict. */
export function usePipeline(): QueryResult<PipelineFacts> {
  return useQuery(['project.pipeline'], () => rpc.project.pipeline(), [
    'project',
    'samples',
    'reviews',
    'datasets',
    'runs',
    'evaluations',
    'chats',
    'labels',
  ]);
}

/** What the forms of the open project begin with. */
export function useProjectDefaults(): QueryResult<ProjectDefaults> {
  return useQuery(['project.defaults'], () => rpc.project.defaults(), [
    'project',
    'runs',
    'prompts',
    'evaluations',
    'labels',
  ]);
}
