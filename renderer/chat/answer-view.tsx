import { withoutThinking } from '../../shared/template/thinking.ts';
import { strengthText } from '../../shared/text/model-names.ts';
import { LoaderCircle, TriangleAlert } from 'lucide-react';
import { contextUseText, cutText } from '../../shared/text/chat/answering.ts';
import { formatQuantity } from '../../shared/text/numbers.ts';
import { Badge } from '../ui/feedback/badge.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import { shortHash } from '../ui/format.ts';
import { describeSampling, samplingDifferences } from '../ui/systems/sampling.ts';
import { identityDifferences, type AvailableModels } from '../ui/systems/systems.ts';
import { AnswerText } from '../ui/text/answer-text.tsx';
import { MarkdownText } from '../ui/text/markdown.tsx';
import { VisibleText } from '../ui/text/visible-text.tsx';
import {
  contextUseOf,
  tokensPerSecond,
  type AnswerAccount,
  type AnswerState,
  type Asked,
} from './chat-turns.ts';
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
      <AnswerText
        text={text}
        isGrowing={isGrowing}
        Body={isGrowing ? StreamingText : MarkdownText}
      />
      {isGrowing && (
        <p className="answer-waiting dim small" role="status">
          <LoaderCircle className="spin" size={13} aria-hidden />
          {phase === 'loading' ? 'Loading the model and reading the prompt…' : 'Answering…'}
        </p>
      )}
      {phase === 'done' && withoutThinking(text).trim() === '' && (
        <p className="faint">
          The model ended its turn without a word{text.trim() !== '' && ' of answer'}.
        </p>
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
  const use = contextUseOf(answer);
  if (answer?.finish === 'length')
    return (
      <p className="answer-end small dim">
        <Badge tone="warn">cut</Badge>
        {use ? cutText(use) : 'Cut at the token limit or at the end of the context.'}
      </p>
    );
  return null;
}

interface AnswerIdentityProps {
  answer: AnswerAccount;
  asked: Asked | null;
  available: AvailableModels;
}

/** What the engine says it ran for an answer, and in red where that is not what was asked for. */
function AnswerIdentity({ answer, asked, available }: AnswerIdentityProps) {
  const { identity, outputTokens } = answer;
  const rate = tokensPerSecond(answer);
  const use = contextUseOf(answer);
  const differences = asked
    ? [
        ...identityDifferences(identity, asked.system, available),
        ...samplingDifferences(identity.sampling, asked.sampling),
      ]
    : [];
  return (
    <div className="answer-identity" role="note" aria-label="What the engine ran">
      <span className="answer-system">
        <VisibleText text={identity.baseName} /> <Hash value={identity.baseSha256} />
        {identity.adapterSha256 !== null && (
          <>
            {' + '}
            <VisibleText text={identity.adapterName ?? 'adapter'} />{' '}
            <Hash value={identity.adapterSha256} /> {strengthText(identity.strength)}
          </>
        )}
      </span>
      <span>
        template <Hash value={identity.templateSha256} />
        {identity.fewShotSha256 !== undefined && (
          <>
            {' '}
            · few-shot <Hash value={identity.fewShotSha256} />
          </>
        )}
      </span>
      <span title={identity.engine}>{identity.device}</span>
      <span>{describeSampling(identity.sampling)}</span>
      <span>seed {identity.sampling.seed}</span>
      {outputTokens !== undefined && (
        <span>
          {formatQuantity(outputTokens, 'token')}
          {rate !== null && ` · ${rate.toFixed(1)} tokens/s`}
        </span>
      )}
      {use && (
        <span title="The prompt with all that was said before it, and the answer. The conversation is never shortened to make room.">
          {contextUseText(use)}
        </span>
      )}
      {differences.length > 0 && (
        <strong className="answer-differs" role="alert">
          <TriangleAlert size={13} aria-hidden /> Not what was asked for: {differences.join('; ')}
        </strong>
      )}
    </div>
  );
}

function Hash({ value }: { value: string }) {
  return (
    <span className="mono faint" title={`SHA-256 ${value}`}>
      {shortHash(value)}
    </span>
  );
}
