import { LoaderCircle } from 'lucide-react';
import { Badge } from '../ui/feedback/badge.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import type { AvailableModels } from '../ui/systems/systems.ts';
import { MarkdownText } from '../ui/text/markdown.tsx';
import { AnswerIdentity } from './answer-identity.tsx';
import type { AnswerState } from './chat-turns.ts';
import { StreamingText } from './streaming-text.tsx';

interface AnswerViewProps {
  state: AnswerState;
  available: AvailableModels;
  onRetry: () => void;
}

/** An answer: waiting, growing, finished, stopped or failed. */
export function AnswerView({ state, available, onRetry }: AnswerViewProps) {
  const { phase, text, answer } = state;
  const isGrowing = phase === 'loading' || phase === 'streaming';
  return (
    <div className="answer" aria-busy={isGrowing}>
      {text !== '' && (isGrowing ? <StreamingText text={text} /> : <MarkdownText text={text} />)}
      {isGrowing && (
        <p className="answer-waiting dim small" role="status">
          <LoaderCircle className="spin" size={13} aria-hidden />
          {phase === 'loading' ? 'Loading the model and reading the prompt…' : 'Answering…'}
        </p>
      )}
      {phase === 'done' && text.trim() === '' && (
        <p className="faint">The model ended its turn without a word.</p>
      )}
      <EndNote state={state} />
      {phase === 'failed' && <ErrorView error={state.error} onRetry={onRetry} />}
      {answer && <AnswerIdentity answer={answer} asked={state.asked} available={available} />}
    </div>
  );
}

function stoppedNote(text: string, isAccounted: boolean): string {
  if (text === '') return 'Stopped before the first word.';
  const part = 'Stopped: this is the part that came.';
  return isAccounted ? part : `${part} The engine gave no account of it.`;
}

function EndNote({ state: { phase, answer, text } }: { state: AnswerState }) {
  if (phase === 'stopped' || answer?.finish === 'cancelled')
    return (
      <p className="answer-end small dim">
        <Badge tone="warn">stopped</Badge>
        {stoppedNote(text, answer !== null)}
      </p>
    );
  if (answer?.finish === 'length')
    return (
      <p className="answer-end small dim">
        <Badge tone="warn">cut</Badge> Cut at the token limit or at the end of the context.
      </p>
    );
  return null;
}
