import { Fragment, useMemo, useRef } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Scissors } from 'lucide-react';
import type { XraySample } from '../../../shared/domain/xray.ts';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { blocksOf, type XrayBlock } from './xray-blocks.ts';
import { XrayToken } from './xray-token.tsx';
import '../../ui/text/visible-text.css';
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
