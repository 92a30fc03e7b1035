import { describe, expect, test } from 'vitest';
import type { XrayPiece, XraySample, XrayStretch } from '../../../shared/domain/xray.ts';
import { blocksOf, type XrayBlock } from './xray-blocks.ts';

const text = (piece: string): XrayPiece => ({ kind: 'text', text: piece });
const pieces: Record<number, XrayPiece> = {
  1: { kind: 'special', text: '<user>' },
  2: { kind: 'end', text: '<end>' },
  3: { kind: 'special', text: '<assistant>' },
  4: text('word'),
  5: text('\n'),
  6: { kind: 'bytes', text: 'C3' },
  7: { kind: 'bytes', text: 'A9' },
};

const stretch = (tokens: number[], changes: Partial<XrayStretch> = {}): XrayStretch => ({
  kind: 'sequence',
  repeated: 0,
  tokens,
  trained: tokens.map(() => 0),
  turns: tokens.map(() => 0),
  ...changes,
});

const sample = (stretches: XrayStretch[], changes: Partial<XraySample> = {}): XraySample => ({
  outcome: 'whole',
  reason: '',
  wholeTokens: 10,
  tokens: 10,
  trainedTokens: 1,
  sequences: 1,
  isPerAnswer: false,
  answers: 1,
  endedAnswers: 1,
  remarks: [],
  maxTokens: 10,
  roles: ['user', 'assistant'],
  stretches,
  pieces,
  ...changes,
});

const tokensOf = (blocks: readonly XrayBlock[]) =>
  blocks.flatMap((block) => (block.kind === 'tokens' ? block.tokens : []));

const idsOf = (block: XrayBlock | undefined) => tokensOf(block ? [block] : []).map(({ id }) => id);

describe('blocks of a sample', () => {
  test('give the end of a question to the question, though its tokens count as the turn of the answer', () => {
    const [question, answer] = blocksOf(
      sample([stretch([1, 4, 2, 5, 3, 4, 2], { turns: [0, 0, 1, 1, 1, 1, 1] })]),
    );
    expect([idsOf(question), idsOf(answer)]).toEqual([
      [1, 4, 2, 5],
      [3, 4, 2],
    ]);
    expect(answer).toMatchObject({ role: 'assistant', isTurnStart: true });
  });

  test('end at line breaks and never grow long, so that a long answer is drawn bit by bit', () => {
    const broken = Array.from({ length: 1000 }, (_, index) => (index % 70 === 69 ? 5 : 4));
    const unbroken = Array.from({ length: 1000 }, () => 4);
    const lengthsOf = (tokens: number[]) =>
      blocksOf(sample([stretch(tokens)])).map((block) => tokensOf([block]).length);
    expect(lengthsOf(broken).slice(0, 3)).toEqual([70, 70, 70]);
    expect(Math.max(...lengthsOf(unbroken))).toBe(240);
    expect(tokensOf(blocksOf(sample([stretch(broken)])))).toHaveLength(1000);
  });

  test('tell trained, masked, repeated and unseen tokens apart', () => {
    const blocks = blocksOf(
      sample(
        [
          stretch([4, 4, 4], { trained: [0, 0, 1], repeated: 1 }),
          stretch([4, 4], { kind: 'unseen', trained: [1, 0] }),
        ],
        { outcome: 'truncated', maxTokens: 3 },
      ),
    );
    expect(tokensOf(blocks).map(({ fate }) => fate)).toEqual([
      'repeated',
      'masked',
      'trained',
      'unseen',
      'unseen',
    ]);
    expect(blocks.filter(({ kind }) => kind === 'heading')).toEqual([
      { kind: 'heading', isCut: true, text: 'Cut at 3 tokens: nothing below is seen' },
    ]);
  });

  test('name the character that tokens share, and none for bytes that make no character', () => {
    const shared = tokensOf(blocksOf(sample([stretch([4, 6, 7, 4, 6])])));
    expect(shared.map(({ character }) => character)).toEqual(['', 'é', 'é', '', '']);
  });

  test('number the sequences of a split sample, not the windows that nobody sees', () => {
    const blocks = blocksOf(
      sample([stretch([4], { kind: 'unseen' }), stretch([4, 4], { repeated: 1 }), stretch([4])], {
        outcome: 'split',
        sequences: 2,
      }),
    );
    const headings = blocks.flatMap((block) => (block.kind === 'heading' ? [block.text] : []));
    expect(headings).toEqual([
      'Not seen: nothing in this window is trained',
      'Sequence 1 of 2: 2 tokens, the first 1 repeated and masked',
      'Sequence 2 of 2: 1 token',
    ]);
  });
});
