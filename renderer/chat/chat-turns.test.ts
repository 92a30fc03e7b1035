import { expect, it } from 'vitest';
import { limaSampling } from '../ui/systems/sampling.ts';
import {
  messagesFor,
  sampleOf,
  turnsToPutBack,
  withAnswer,
  withBranches,
  type AnswerPhase,
  type Turn,
} from './chat-turns.ts';

function turn(id: string, phase: AnswerPhase, text: string): Turn {
  const asked = {
    system: { modelId: 'm', checkpointId: null, strength: 1 },
    sampling: limaSampling,
    systemPrompt: '',
  };
  return {
    id,
    prompt: `prompt ${id}`,
    systemPrompt: '',
    branches: [],
    branch: 0,
    answer: { phase, text, asked, answer: null, error: undefined },
  };
}

const answered = {
  baseSha256: 'a'.repeat(64),
  baseName: 'base',
  adapterSha256: null,
  adapterName: null,
  strength: 0,
  templateSha256: 'b'.repeat(64),
  sampling: limaSampling,
  engine: 'engine',
  device: 'CPU',
};

it('keeps a stopped answer in the conversation but not a failed prompt without any answer', () => {
  const turns = [turn('1', 'done', 'yes'), turn('2', 'failed', ''), turn('3', 'stopped', 'part')];
  expect(
    messagesFor(turns, { prompt: 'next', systemPrompt: '' }).map(({ content }) => content),
  ).toEqual(['prompt 1', 'yes', 'prompt 3', 'part', 'next']);
});

it('makes of a turn a sample that is read with all before it, and learned from its own answer alone', () => {
  const kept = { ...turn('2', 'done', 'no'), systemPrompt: 'Be short.' };
  expect(sampleOf([turn('1', 'done', 'yes')], kept)).toEqual([
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: 'prompt 1' },
    { role: 'assistant', content: 'yes', weight: 0 },
    { role: 'user', content: 'prompt 2' },
    { role: 'assistant', content: 'no' },
  ]);
});

it('gives each turn the branches that are stored of it, and leaves one that is not stored', () => {
  const stored = { finish: 'stop', identity: null, systemPrompt: '', branch: 1 } as const;
  const turns = [turn('1', 'done', 'yes'), turn('2', 'failed', ''), turn('3', 'done', 'no')];
  const known = [
    { ...stored, prompt: 'prompt 1', output: 'yes', branches: ['a', 'b'] },
    { ...stored, prompt: 'prompt 3', output: 'no', branches: ['c', 'b'] },
  ];
  expect(withBranches(turns, known).map(({ branches }) => branches)).toEqual([
    ['a', 'b'],
    [],
    ['c', 'b'],
  ]);
});

it('does not bring back a turn that was cleared while its answer was on the way', () => {
  const turns = [turn('2', 'done', 'kept')];
  const after = withAnswer(turns, '1', { text: 'late' });
  expect(after).toEqual(turns);
});

it('keeps what stood where a turn is asked again until there is an answer', () => {
  const replaced = [turn('1', 'done', 'yes'), turn('2', 'done', 'no')];
  for (const phase of ['failed', 'stopped'] as const)
    expect(turnsToPutBack({ ...turn('3', phase, ''), replaced })).toBe(replaced);
  expect(turnsToPutBack({ ...turn('3', 'streaming', 'so'), replaced })).toEqual([]);
  const { answer, ...rest } = turn('3', 'done', 'so');
  const account = { finish: 'stop', identity: answered } as const;
  expect(turnsToPutBack({ ...rest, replaced, answer: { ...answer, answer: account } })).toEqual([]);
});
