import type { ProjectInfo } from '../../shared/contract/app.ts';
import type { PacketKind } from '../../shared/domain/project/packet.ts';
import type { PipelineFacts } from '../../shared/domain/project/pipeline.ts';
import type { ProjectDefaults } from '../../shared/domain/project/project-defaults.ts';
import { readOnlyNotice } from '../../shared/text/project/read-only.ts';
import { rpc } from './client.ts';
import { useQuery, type QueryResult } from './use-query.ts';

/** The open project, `null` when none is. */
export const useProject = (): QueryResult<ProjectInfo | null> => useProjectPart(wholeProject);

/** What the open project is a review packet of; `null` when it is none. */
export const usePacketKind = (): PacketKind | null => useProjectPart(packetKindOf).data ?? null;

/** Why nothing can be changed, in a text for a person; `null` while everything can. */
export function useReadOnlyNotice(): string | null {
  const reason = useProjectPart(readReasonOf).data ?? null;
  return reason === null ? null : readOnlyNotice(reason);
}

const wholeProject = (project: ProjectInfo | null) => project;
const packetKindOf = (project: ProjectInfo | null) => project?.packet?.kind ?? null;
const readReasonOf = (project: ProjectInfo | null) => project?.readReason ?? null;

/** Counts of the project change with every click: who shows a part of it renders with that alone. */
function useProjectPart<Part>(part: (project: ProjectInfo | null) => Part): QueryResult<Part> {
  return useQuery(
    ['project.current'],
    () => rpc.project.current(),
    ['project', 'samples', 'reviews', 'datasets', 'runs', 'evaluations'],
    part,
  );
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
