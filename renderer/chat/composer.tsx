import { useState } from 'react';
import { Send, SlidersHorizontal, Square } from 'lucide-react';
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
import { systemOf, panesOf, useChat, type Target } from './chat-store.ts';
import { isRunning } from './chat-turns.ts';
import { isSendKey, sendKeyHint } from './send-key.ts';
import { sendTurn, stopAnswers } from './send-turn.ts';

const targets: { value: Target; label: string }[] = [
  { value: 'both', label: 'Both' },
  { value: 'left', label: 'Left' },
  { value: 'right', label: 'Right' },
];

/** The prompt box for both panes: whom to ask, how to sample, send and stop. */
export function Composer({ available }: { available: AvailableModels }) {
  const { draft, target, sampling, panes } = useChat();
  const obstacle = useObstacle(available);
  const enterKey = usePreference('enterKey');
  // Shown once somebody tried in vain: until then the button's title says it.
  const [wasRefused, setWasRefused] = useState(false);
  const busy = isRunning(panes.left.turns) || isRunning(panes.right.turns);
  const send = () => {
    setWasRefused(obstacle !== undefined);
    if (obstacle !== undefined) return;
    useChat.setState({ draft: '' });
    for (const id of panesOf(target)) {
      const system = systemOf(id, panes[id], available);
      if (system) void sendTurn(id, draft, { system, sampling });
    }
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
        placeholder={`Ask both systems the same thing… ${sendKeyHint(enterKey)}.`}
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
        <Segments
          label="Send to"
          value={target}
          options={targets}
          onValue={(next) => useChat.setState({ target: next })}
        />
        <SamplingButton />
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
  const { draft, target, sampling, panes } = useChat();
  const notice = useReadOnlyNotice();
  if (notice !== null) return notice;
  if (draft.trim() === '') return 'Write a prompt first.';
  if (Object.keys(samplingProblems(sampling)).length > 0) return 'Correct the sampling settings.';
  for (const id of panesOf(target)) {
    if (isRunning(panes[id].turns)) return `The ${id} pane is still answering.`;
    const system = systemOf(id, panes[id], available);
    const problem = system ? systemProblem(available, system) : 'Choose a base model.';
    if (problem !== undefined) return `In the ${id} pane: ${problem}`;
  }
  return undefined;
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
