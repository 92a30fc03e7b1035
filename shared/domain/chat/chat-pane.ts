import { z } from 'zod';

/** The conversations that can stand beside each other, in their order. */
export const paneIds = ['left', 'right', 'third', 'fourth'] as const;

export const paneSchema = z.enum(paneIds);
/** One of the conversations beside each other. */
export type PaneId = z.infer<typeof paneSchema>;

/** Something of each pane. */
export const ofPanes = <Value>(make: (id: PaneId) => Value): Record<PaneId, Value> => ({
  left: make('left'),
  right: make('right'),
  third: make('third'),
  fourth: make('fourth'),
});
