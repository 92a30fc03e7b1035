import { useEffect, useRef, type RefObject } from 'react';
import type { PaneId } from '../../shared/contract/chat.ts';
import { EmptyState } from '../ui/feedback/states.tsx';
import { systemProblem, type AvailableModels } from '../ui/systems/systems.ts';
import { alignTurns, type AlignedRow } from './align-turns.ts';
import { paneTitles } from './chat-pane.tsx';
import { paneIds, systemOf, useChat } from './chat-store.ts';
import { isRunning, type Turn } from './chat-turns.ts';
import { SingleTurnNote } from './single-turn-note.tsx';
import { TurnView } from './turn-view.tsx';

/** Both panes in one scroller, the same prompt at the same height in both. */
export function ChatLog({ available }: { available: AvailableModels }) {
  const { left, right } = useChat((state) => state.panes);
  const rows = alignTurns(promptsOf(left.turns), promptsOf(right.turns));
  const { log, onScroll } = useFollowEnd(rows.length);
  if (left.turns.length === 0 && right.turns.length === 0) return <EmptyPanes />;
  return (
    <div
      className="chat-log"
      ref={log}
      onScroll={onScroll}
      role="region"
      aria-label="Conversation"
      // Arrows and Page keys scroll it, once it has the focus.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      style={{ gridTemplateRows: `repeat(${rows.length}, auto) 1fr` }}
    >
      {paneIds.map((id) => (
        <PaneLog key={id} id={id} rows={rows} available={available} />
      ))}
    </div>
  );
}

const promptsOf = (turns: readonly Turn[]) => turns.map((turn) => turn.prompt);

function EmptyPanes() {
  return (
    <div className="chat-empty">
      <EmptyState title="The model before">
        Write a prompt below: both panes answer the same words, so that you see what training
        changed.
      </EmptyState>
      <EmptyState title="The model after">
        Choose an adapter and its strength above. Every answer is labelled with what the engine
        really ran.
      </EmptyState>
    </div>
  );
}

interface PaneLogProps {
  id: PaneId;
  rows: readonly AlignedRow[];
  available: AvailableModels;
}

function PaneLog({ id, rows, available }: PaneLogProps) {
  const pane = useChat((state) => state.panes[id]);
  const sampling = useChat((state) => state.sampling);
  const system = systemOf(id, pane, available);
  const canAsk = system !== null && !isRunning(pane.turns) && !systemProblem(available, system);
  return (
    <div className="chat-column" role="log" aria-label={`${paneTitles[id]} conversation`}>
      <ol>
        {pane.turns.map((turn, index) => {
          const isLast = index === pane.turns.length - 1;
          return (
            <li
              key={turn.id}
              className="chat-turn"
              style={{ gridRow: rows.findIndex((row) => row[id] === index) + 1 }}
            >
              <TurnView
                turn={turn}
                pane={id}
                available={available}
                asked={isLast && canAsk ? { system, sampling } : null}
                isEditing={isLast && pane.isEditing}
              />
            </li>
          );
        })}
      </ol>
      {system && pane.turns.length > 0 && <SingleTurnNote system={system} available={available} />}
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
