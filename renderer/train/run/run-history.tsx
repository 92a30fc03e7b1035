import type { RunEvent } from '../../../shared/domain/run.ts';
import { formatMoment } from '../../ui/format.ts';

const isTrouble = ({ kind }: RunEvent) => kind === 'damaged' || kind === 'warning';

/** Pauses, resumes and what went wrong with a checkpoint, oldest first; nothing without any. */
export function RunHistory({ events }: { events: readonly RunEvent[] }) {
  if (events.length === 0) return null;
  return (
    <section className="column" aria-label="History">
      <h2>History</h2>
      <ul className="run-history">
        {events.map((event, index) => (
          <li key={index} className={isTrouble(event) ? 'run-trouble' : undefined}>
            <time className="dim small">{formatMoment(event.createdMs)}</time> {event.message}
          </li>
        ))}
      </ul>
    </section>
  );
}
