import { Fragment, useMemo, useRef, memo } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Scissors } from 'lucide-react';
import type { XraySample, TokenFate } from '../../../shared/domain/xray.ts';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { TokenText } from '../../ui/text/token-text.tsx';
import { blocksOf, type XrayBlock, type ShownToken } from './xray-blocks.ts';
import './xray-tokens.css';

/** Every token of a sample; only the blocks in view are in the page. */
export function XrayTokens({ sample }: { sample: XraySample }) {
  const scroller = useRef<HTMLDivElement>(null);
  const blocks = useMemo(() => blocksOf(sample), [sample]);
  useShortcuts([
    {
      keys: ['Enter'],
      label: 'Read the tokens: arrows scroll',
      group: 'Token X-ray',
      run: () => scroller.current?.focus(),
    },
  ]);
  const virtualizer = useVirtualizer({
    count: blocks.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimatedHeightPx(blocks[index]),
    overscan: 4,
  });
  return (
    <div
      ref={scroller}
      className="xray-tokens"
      role="region"
      aria-label="Tokens"
      tabIndex={-1}
      data-scroll-keys
    >
      <div className="xray-tokens-space" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const block = blocks[item.index];
          return (
            <div
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              className="xray-block"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {block && <Block block={block} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function estimatedHeightPx(block: XrayBlock | undefined): number {
  return block?.kind === 'tokens' ? 24 * Math.ceil(block.tokens.length / 14) : 32;
}

function Block({ block }: { block: XrayBlock }) {
  if (block.kind === 'heading')
    return (
      <p className={block.isCut ? 'xray-cut' : 'xray-sequence'}>
        {block.isCut && <Scissors size={13} aria-hidden />}
        {block.text}
      </p>
    );
  return (
    <div className="xray-line">
      <span className="xray-role">{block.isTurnStart && block.role}</span>
      <p className="xray-line-tokens">
        {block.tokens.map((token) => (
          <Fragment key={token.place}>
            <XrayToken token={token} />
            <wbr />
          </Fragment>
        ))}
      </p>
    </div>
  );
}

/** What a fate means, for the legend and the tooltips. */
export const fateTexts: Readonly<Record<TokenFate, { word: string; meaning: string }>> = {
  trained: { word: 'trained', meaning: 'counts in the loss' },
  masked: { word: 'masked', meaning: 'read, but not counted in the loss' },
  repeated: { word: 'repeated', meaning: 'masked context that an earlier sequence has, too' },
  unseen: { word: 'not seen', meaning: 'never reaches the trainer' },
};

/** One token as a chip: its fate by colour and line, white space and bytes made visible. */
const XrayToken = memo(function XrayToken({ token }: { token: ShownToken }) {
  const { fate, piece } = token;
  return (
    <span className={`token token-${fate} token-${piece.kind}`} title={titleOf(token)}>
      {piece.kind === 'text' ? <TokenText text={piece.text} /> : piece.text}
    </span>
  );
});

function titleOf({ id, place, piece, fate, character }: ShownToken): string {
  const lines = [`token ${place} · id ${id} · ${fateTexts[fate].word}`];
  if (piece.kind === 'end') lines.push('ends a turn');
  if (piece.kind === 'special') lines.push('special token');
  if (piece.kind === 'bytes') {
    const whole = character === '' ? 'broken UTF-8' : `part of “${character}”`;
    lines.push(`${piece.text.includes(' ') ? 'bytes' : 'byte'} ${piece.text}, ${whole}`);
  }
  return lines.join('\n');
}
