import { TriangleAlert } from 'lucide-react';
import type { ChatAnswer } from '../../shared/contract/chat.ts';
import { formatCount } from '../../shared/text/numbers.ts';
import { shortHash } from '../ui/format.ts';
import { describeSampling, samplingDifferences } from '../ui/systems/sampling.ts';
import { identityDifferences, strengthText, type AvailableModels } from '../ui/systems/systems.ts';
import { VisibleText } from '../ui/text/visible-text.tsx';
import { tokensPerSecond, type Asked } from './chat-turns.ts';

interface AnswerIdentityProps {
  answer: ChatAnswer;
  asked: Asked;
  available: AvailableModels;
}

/** What the engine says it ran for an answer, and in red where that is not what was asked for. */
export function AnswerIdentity({ answer, asked, available }: AnswerIdentityProps) {
  const { identity, outputTokens } = answer;
  const rate = tokensPerSecond(answer);
  const differences = [
    ...identityDifferences(identity, asked.system, available),
    ...samplingDifferences(identity.sampling, asked.sampling),
  ];
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
      <span title={identity.engine}>{identity.device}</span>
      <span>{describeSampling(identity.sampling)}</span>
      <span>seed {identity.sampling.seed}</span>
      <span>
        {formatCount(outputTokens)} tokens{rate !== null && ` · ${rate.toFixed(1)} tokens/s`}
      </span>
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
