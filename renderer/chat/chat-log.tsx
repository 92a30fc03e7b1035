import { useEffect, useRef, type RefObject } from 'react';
import type { PaneId } from '../../shared/domain/chat/chat-pane.ts';
import { paneTitles } from '../../shared/text/chat/conversations.ts';
import { useReadOnlyNotice } from '../rpc/project.ts';
import { EmptyState } from '../ui/feedback/states.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import { systemProblem, type AvailableModels } from '../ui/systems/systems.ts';
import { alignTurns } from './align-turns.ts';
import { shownPanes, systemOf, useChat } from './chat-store.ts';
import { isRunning, type Turn } from './chat-turns.ts';
import { isAnswered, keepMeantTurn } from './keep-turn.ts';
import { SingleTurnNote } from './single-turn-note.tsx';
import { keepKeys, TurnView } from './turn-view.tsx';

/** All panes in one scroller, the same prompt at the same height in each. */
export function ChatLog({ available }: { available: AvailableModels }) {
  const panes = useChat((state) => state.panes);
  const paneCount = useChat((state) => state.paneCount);
  const shown = shownPanes(paneCount);
  const rows = alignTurns(shown.map((id) => promptsOf(panes[id].turns)));
  const { log, onScroll } = useFollowEnd(rows.length);
  const notice = useReadOnlyNotice();
  useShortcuts([
    {
      keys: [keepKeys],
      whileTyping: true,
      group: 'Chat',
      label: 'Make the turn under pointer or focus, or the newest one, a sample',
      run: keepMeantTurn,
      isDisabled: notice !== null || !shown.some((id) => panes[id].turns.some(isAnswered)),
    },
  ]);
  if (shown.every((id) => panes[id].turns.length === 0)) return <EmptyPanes />;
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
      style={{
        gridTemplateColumns: paneColumns(paneCount),
        gridTemplateRows: `repeat(${rows.length}, auto) 1fr`,
      }}
    >
      {shown.map((id, place) => (
        <PaneLog
          key={id}
          id={id}
          rowOf={(index) => rows.findIndex((row) => row[place] === index) + 1}
          available={available}
        />
      ))}
    </div>
  );
}

/** As many columns as panes, all of one width. */
export const paneColumns = (paneCount: number): string => `repeat(${paneCount}, minmax(0, 1fr))`;

const promptsOf = (turns: readonly Turn[]) => turns.map((turn) => turn.prompt);

function EmptyPanes() {
  return (
    <div className="chat-empty">
      <EmptyState title="The model before">
        Write a prompt below: all panes answer the same words, so that you see what training
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
  /** Which row of the grid a turn stands in, from 1. */
  rowOf: (index: number) => number;
  available: AvailableModels;
}

function PaneLog({ id, rowOf, available }: PaneLogProps) {
  const pane = useChat((state) => state.panes[id]);
  const sampling = useChat((state) => state.sampling);
  const systemPrompt = useChat((state) => state.systemPrompt);
  const system = systemOf(id, pane, available);
  const canAsk = system !== null && !isRunning(pane.turns) && !systemProblem(available, system);
  return (
    <div className="chat-column" role="log" aria-label={`${paneTitles[id]} conversation`}>
      <ol>
        {pane.turns.map((turn, index) => {
          return (
            <li
              key={turn.id}
              className="chat-turn"
              data-turn={turn.id}
              style={{ gridRow: rowOf(index) }}
            >
              <TurnView
                turn={turn}
                before={pane.turns.slice(0, index)}
                pane={id}
                available={available}
                asked={canAsk ? { system, sampling, systemPrompt } : null}
                isEditing={turn.id === pane.editing}
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
