import type { Dataset, ExportFormat } from '../../../shared/domain/dataset.ts';
import { datasetItems, findDataset, freezeDataset } from '../../store/repositories/datasets.ts';
import { AppError, found } from '../base/app-error.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { exportPath } from '../project/export-path.ts';
import { exportDataset } from './export-dataset.ts';

/** Freezes the accepted samples; refused when the name is taken or nothing is accepted. */
export function freeze(state: CoreState, session: ProjectSession, name: string): Dataset {
  if (findDataset(session.file.db, 'name', name))
    throw new AppError('NAME_TAKEN', `There is a dataset “${name}” already: choose another name`, {
      name,
    });
  const dataset = freezeDataset(session.file.db, name, state.settings.author);
  if (!dataset)
    throw new AppError('INVALID_STATE', 'No sample is accepted yet: accept some, then freeze');
  session.changes.touch('datasets', 'project');
  return dataset;
}

/** Writes a dataset to a file in one of the four forms. */
export async function exportTo(
  state: CoreState,
  session: ProjectSession,
  input: { datasetId: string; path: string; format: ExportFormat },
): Promise<{ path: string; samples: number; sizeBytes: number }> {
  const path = exportPath(state, session, input.path);
  const dataset = found(
    findDataset(session.file.db, 'id', input.datasetId),
    'dataset',
    input.datasetId,
  );
  return exportDataset(datasetItems(session.file.db, dataset.id), path, input.format);
}
