import { Eraser, Square } from 'lucide-react';
import { useEffect, useRef, type RefObject } from 'react';
import { Button, IconButton } from '../ui/button.tsx';
import { EmptyState } from '../ui/feedback/states.tsx';
import { SystemPicker } from '../ui/systems/system-picker.tsx';
import { systemProblem, type AvailableModels } from '../ui/systems/systems.ts';
import { systemOf, changePane, clearPane, useChat, type PaneId } from './chat-store.ts';
import { isRunning } from './chat-turns.ts';
import { stopAnswers } from './send-turn.ts';
import { TurnView } from './turn-view.tsx';

const titles = { left: 'Left', right: 'Right' };

/** One conversation with one system. */
export function ChatPane({ id, available }: { id: PaneId; available: AvailableModels }) {
  const pane = useChat((state) => state.panes[id]);
  const system = systemOf(id, pane, available);
  const busy = isRunning(pane.turns);
  if (!system) return null;
  return (
    <section className="chat-pane" aria-label={`${titles[id]} pane`}>
      <header className="chat-pane-head">
        <SystemPicker
          label={`${titles[id]} system`}
          value={system}
          available={available}
          onValue={(next) => changePane(id, { system: next })}
        />
        <div className="chat-pane-tools">
          {busy && (
            <Button small icon={<Square size={12} />} onClick={() => stopAnswers([id])}>
              Stop
            </Button>
          )}
          <IconButton
            label="Clear conversation"
            disabled={pane.turns.length === 0 || busy}
            onClick={() => clearPane(id)}
          >
            <Eraser size={14} />
          </IconButton>
        </div>
      </header>
      <Turns id={id} available={available} />
    </section>
  );
}

function Turns({ id, available }: { id: PaneId; available: AvailableModels }) {
  const pane = useChat((state) => state.panes[id]);
  const sampling = useChat((state) => state.sampling);
  const system = systemOf(id, pane, available);
  const { log, onScroll } = useFollowEnd(pane.turns.length);
  const canAsk = system !== null && !isRunning(pane.turns) && !systemProblem(available, system);
  if (pane.turns.length === 0)
    return (
      <EmptyState title={id === 'left' ? 'The model before' : 'The model after'}>
        {id === 'left'
          ? 'Write a prompt below: both panes answer the same words, so that you see what training changed.'
          : 'Choose an adapter and its strength above. Every answer is labelled with what the engine really ran.'}
      </EmptyState>
    );
  return (
    <div
      className="chat-log"
      ref={log}
      onScroll={onScroll}
      role="log"
      aria-label={`${titles[id]} conversation`}
    >
      <ol>
        {pane.turns.map((turn, index) => {
          const isLast = index === pane.turns.length - 1;
          return (
            <TurnView
              key={turn.id}
              turn={turn}
              pane={id}
              available={available}
              asked={isLast && canAsk ? { system, sampling } : null}
              isEditing={isLast && pane.isEditing}
            />
          );
        })}
      </ol>
    </div>
  );
}

const nearEndPx = 60;

interface FollowedLog {
  log: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
}

/**
 * Keeps the end of a growing log in sight, unless the person has scrolled away from it. A new
 * entry (`count` changes) brings the end back.
 */
function useFollowEnd(count: number): FollowedLog {
  const log = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const seenCount = useRef(count);
  useEffect(() => {
    const element = log.current;
    if (seenCount.current !== count) follows.current = true;
    seenCount.current = count;
    if (element && follows.current) element.scrollTop = element.scrollHeight;
  });
  const onScroll = () => {
    const element = log.current;
    if (!element) return;
    const belowPx = element.scrollHeight - element.scrollTop - element.clientHeight;
    follows.current = belowPx < nearEndPx;
  };
  return { log, onScroll };
}
