import type { ExportKind, ExportType } from '../../../shared/domain/export.ts';

/** What a person chose in the export dialog; `keep` leaves the adapter beside the Modelfile. */
export interface ExportChoice {
  kind: ExportKind;
  type: ExportType | 'keep';
  strength: number;
}

/** Whether this form of export can merge, and so asks for a type. */
export const hasType = (kind: ExportKind): boolean => kind === 'merged' || kind === 'ollama';

/** The type for the request: none where nothing is merged. */
export function typeOf({ kind, type }: ExportChoice): ExportType | null {
  if (kind === 'merged') return type === 'keep' ? 'F16' : type;
  return kind === 'ollama' && type !== 'keep' ? type : null;
}

/** A file or folder name out of the run's name, the epoch and the form. */
export function exportName(runName: string, epoch: number, choice: ExportChoice): string {
  const base =
    runName.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replaceAll(/^[-.]+|-+$/g, '') || 'run';
  const name = `${base}-epoch-${epoch}`;
  if (choice.kind === 'gguf') return `${name}.gguf`;
  if (choice.kind === 'merged') return `${name}-${typeOf(choice)}.gguf`;
  return `${name}-${choice.kind}`;
}
