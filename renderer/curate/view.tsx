import { EmptyState } from '../ui/states.tsx';

/** The Curate tab: from imported dumps to a frozen dataset. */
export default function CurateView() {
  return <EmptyState title="No samples yet" />;
}
