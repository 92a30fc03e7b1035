import type { ComponentType } from 'react';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { splitThinking, thoughtNote, wordsOf } from '../../../shared/template/thinking.ts';
import { MarkdownText } from './markdown.tsx';
import './answer-text.css';

interface AnswerTextProps {
  text: string;
  /** More of it may come. */
  isGrowing?: boolean;
  /** What draws the Markdown. */
  Body?: ComponentType<{ text: string }>;
}

/** What a model wrote: its answer, and above it what it thought, folded until somebody opens it. */
export function AnswerText({ text, isGrowing = false, Body = MarkdownText }: AnswerTextProps) {
  const split = splitThinking(text);
  const { thinking, answer, isOpen } = split;
  const isThinking = isGrowing && isOpen;
  const note = thoughtNote(split);
  return (
    <>
      {(isThinking || note !== '') && (
        <details className="thinking">
          <summary>
            {isThinking ? `Thinking: ${formatQuantity(wordsOf(thinking), 'word')}…` : note}
          </summary>
          <Body text={thinking ?? ''} />
        </details>
      )}
      {answer !== '' && !(isGrowing && isBeginOfTag(answer)) && <Body text={answer} />}
    </>
  );
}

/** Nothing is shown of a tag that is still on its way. */
const isBeginOfTag = (text: string) => text.trim() !== '' && '<think>'.startsWith(text.trim());
