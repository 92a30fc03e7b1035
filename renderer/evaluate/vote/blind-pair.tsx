import type { BlindComparison } from '../../../shared/contract/evaluate.ts';
import { MarkdownText } from '../../ui/text/markdown.tsx';
import { PromptText } from '../prompt-text.tsx';
import { ScrollRegion } from '../scroll-region.tsx';

/** The prompt and the two answers, told apart by nothing but their side. */
export function BlindPair({ pair }: { pair: BlindComparison }) {
  return (
    <>
      <ScrollRegion className="blind-prompt" label="Prompt">
        <PromptText messages={pair.prompt} />
      </ScrollRegion>
      <div className="blind-answers">
        <BlindAnswer side="Left" text={pair.left} />
        <BlindAnswer side="Right" text={pair.right} />
      </div>
    </>
  );
}

function BlindAnswer({ side, text }: { side: 'Left' | 'Right'; text: string }) {
  return (
    <ScrollRegion className="blind-answer" label={`${side} answer`}>
      <h2 className="blind-side">{side}</h2>
      {text.trim() === '' ? <p className="faint">(empty answer)</p> : <MarkdownText text={text} />}
    </ScrollRegion>
  );
}
