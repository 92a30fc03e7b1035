import { useState } from 'react';
import { ScrollText, Send, SlidersHorizontal, Square } from 'lucide-react';
import { paneIds } from '../../shared/domain/chat/chat-pane.ts';
import { paneTitles } from '../../shared/text/chat/conversations.ts';
import { useReadOnlyNotice } from '../rpc/project.ts';
import type { Preferences } from '../../shared/contract/settings.ts';
import { changeSettings, usePreference } from '../rpc/settings.ts';
import { Button } from '../ui/button.tsx';
import { EditButton } from '../ui/edit-button.tsx';
import { showErrorToast } from '../ui/feedback/toast.tsx';
import { Popover } from '../ui/dialogs/menu.tsx';
import { Segments, TextArea } from '../ui/inputs/inputs.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import { SamplingFields } from '../ui/systems/sampling-fields.tsx';
import { describeSampling, isLimaSampling, samplingProblems } from '../ui/systems/sampling.ts';
import { systemProblem, type AvailableModels } from '../ui/systems/systems.ts';
import { askWhileTraining } from './ask-while-training.ts';
import { panesOf, shownPanes, systemOf, useChat, type Target } from './chat-store.ts';
import { isRunning } from './chat-turns.ts';
import { isSendKey, sendKeyHint } from './send-key.ts';
import { sendTurn, stopAnswers } from './send-turn.ts';

/** One pane or all of them; nothing to choose where one is shown. */
function targetsOf(paneCount: number): { value: Target; label: string }[] {
  const shown = shownPanes(paneCount);
  const each = shown.map((id) => ({ value: id, label: paneTitles[id] }));
  return [{ value: 'both', label: paneCount > 2 ? 'All' : 'Both' }, ...each];
}

/** The prompt box for all panes: whom to ask, how to sample, send and stop. */
export function Composer({ available }: { available: AvailableModels }) {
  const { draft, target, sampling, systemPrompt, panes, paneCount } = useChat();
  const obstacle = useObstacle(available);
  const enterKey = usePreference('enterKey');
  // Shown once somebody tried in vain: until then the button's title says it.
  const [wasRefused, setWasRefused] = useState(false);
  const busy = paneIds.some((id) => isRunning(panes[id].turns));
  const send = () => {
    setWasRefused(obstacle !== undefined);
    if (obstacle !== undefined) return;
    const asked = panesOf(target, paneCount).flatMap((id) => {
      const system = systemOf(id, panes[id], available);
      return system ? [{ id, system }] : [];
    });
    const systems = asked.map(({ system }) => system);
    askWhileTraining(systems, available, () => {
      useChat.setState({ draft: '' });
      for (const { id, system } of asked)
        void sendTurn(id, draft, { system, sampling, systemPrompt });
    });
  };
  useChatShortcuts({ send, enterKey, busy });
  return (
    <form
      className="composer"
      aria-label="Prompt"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TextArea
        label="Prompt"
        hideLabel
        rows={3}
        data-work
        placeholder={`Ask ${paneCount === 1 ? 'the system' : 'all systems'} something… ${sendKeyHint(enterKey)}.`}
        value={draft}
        onValue={(next) => useChat.setState({ draft: next })}
        onKeyDown={(event) => {
          if (!isSendKey(event, enterKey)) return;
          event.preventDefault();
          send();
        }}
      />
      {wasRefused && obstacle !== undefined && (
        <p className="composer-refusal small" role="alert">
          {obstacle}
        </p>
      )}
      <div className="composer-row">
        {paneCount > 1 && (
          <Segments
            label="Send to"
            value={panesOf(target, paneCount).length > 1 ? 'both' : target}
            options={targetsOf(paneCount)}
            onValue={(next) => useChat.setState({ target: next })}
          />
        )}
        <SamplingButton />
        <SystemPromptButton />
        <span className="spacer" />
        {busy && (
          <Button icon={<Square size={12} />} shortcut="Escape" onClick={() => stopAnswers()}>
            Stop
          </Button>
        )}
        <EditButton
          variant="primary"
          type="submit"
          icon={<Send size={14} />}
          shortcut={enterKey === 'sends' ? 'Enter' : 'Shift+Enter'}
          disabled={obstacle !== undefined}
          title={obstacle}
        >
          Send
        </EditButton>
      </div>
    </form>
  );
}

interface ChatKeys {
  send: () => void;
  enterKey: Preferences['enterKey'];
  busy: boolean;
}

function useChatShortcuts({ send, enterKey, busy }: ChatKeys): void {
  const group = 'Chat';
  const keys = { whileTyping: true, group };
  useShortcuts([
    {
      ...keys,
      keys: ['Mod+Enter'],
      label: `Send the prompt (in its box: ${sendKeyHint(enterKey)})`,
      run: send,
    },
    {
      ...keys,
      keys: ['Escape'],
      label: 'Stop answering',
      run: () => stopAnswers(),
      isDisabled: !busy,
    },
    {
      group,
      keys: [],
      label:
        enterKey === 'sends'
          ? 'Let Enter break the line, and Shift+Enter send'
          : 'Let Enter send, and Shift+Enter break the line',
      run: () => {
        const turned = enterKey === 'sends' ? 'breaks-line' : 'sends';
        changeSettings({ enterKey: turned }).catch(showErrorToast);
      },
    },
  ]);
}

/** Why the prompt cannot be sent now; `undefined` when it can. */
function useObstacle(available: AvailableModels): string | undefined {
  const { draft, target, sampling, panes, paneCount } = useChat();
  const notice = useReadOnlyNotice();
  if (notice !== null) return notice;
  if (draft.trim() === '') return 'Write a prompt first.';
  if (Object.keys(samplingProblems(sampling)).length > 0) return 'Correct the sampling settings.';
  for (const id of panesOf(target, paneCount)) {
    if (isRunning(panes[id].turns)) return `The ${id} pane is still answering.`;
    const system = systemOf(id, panes[id], available);
    const problem = system ? systemProblem(available, system) : 'Choose a base model.';
    if (problem !== undefined) return `In the ${id} pane: ${problem}`;
  }
  return undefined;
}

/** What stands before every conversation from the next question on. */
function SystemPromptButton() {
  const systemPrompt = useChat((state) => state.systemPrompt);
  return (
    <Popover
      label="System prompt"
      trigger={
        <Button icon={<ScrollText size={14} />} title={systemPrompt || undefined}>
          {systemPrompt === '' ? 'No system prompt' : 'System prompt'}
        </Button>
      }
    >
      <div className="chat-sampling">
        <TextArea
          label="System prompt"
          hint="Stands before the conversation from the next question on. Empty: none."
          rows={5}
          value={systemPrompt}
          onValue={(next) => useChat.setState({ systemPrompt: next })}
        />
      </div>
    </Popover>
  );
}

function SamplingButton() {
  const sampling = useChat((state) => state.sampling);
  const name = isLimaSampling(sampling) ? 'LIMA sampling' : 'Sampling';
  return (
    <Popover
      label="Sampling settings"
      trigger={
        <Button icon={<SlidersHorizontal size={14} />} title={describeSampling(sampling)}>
          {name} · seed {sampling.seed}
        </Button>
      }
    >
      <div className="chat-sampling">
        <SamplingFields value={sampling} onValue={(next) => useChat.setState({ sampling: next })} />
      </div>
    </Popover>
  );
}
