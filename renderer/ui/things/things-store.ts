import { create } from 'zustand';
import {
  noLabels,
  type LabelledThing,
  type Labels,
  type Thing,
} from '../../../shared/domain/label.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';

/** A thing as a list shows it. */
export interface ThingTarget extends Thing {
  name: string;
  /** Leaves the page of it once it is gone. */
  onDeleted?: () => unknown;
}

type Open =
  | { what: 'labels'; target: ThingTarget; field: 'name' | 'note' }
  | { what: 'deletion'; target: ThingTarget };

/** The dialog about a thing that is open. */
export const useThingDialog = create<{ open: Open | null }>(() => ({ open: null }));

/** Opens the dialog for name, note and tags. */
export const editLabels = (target: ThingTarget, field: 'name' | 'note'): void =>
  useThingDialog.setState({ open: { what: 'labels', target, field } });

/** Opens the question before something is deleted. */
export const askDeletion = (target: ThingTarget): void =>
  useThingDialog.setState({ open: { what: 'deletion', target } });

/** Closes either. */
export const closeThingDialog = (): void => useThingDialog.setState({ open: null });

const nothing: Readonly<Record<string, Labels>> = {};

/** Names, notes and tags of all things of a kind, by id. */
export function useLabels(thing: LabelledThing): (id: string) => Labels {
  const query = useQuery(['things.labels', thing], () => rpc.things.labels({ thing }), ['labels']);
  const labels = query.data ?? nothing;
  return (id) => labels[id] ?? noLabels;
}
