import { expect, it } from 'vitest';
import { limaSampling } from '../ui/systems/sampling.ts';
import { messagesFor, withAnswer, type AnswerPhase, type Turn } from './chat-turns.ts';

function turn(id: string, phase: AnswerPhase, text: string): Turn {
  const asked = {
    system: { modelId: 'm', checkpointId: null, strength: 1 },
    sampling: limaSampling,
  };
  return {
    id,
    prompt: `prompt ${id}`,
    answer: { phase, text, asked, answer: null, error: undefined },
  };
}

it('keeps a stopped answer in the conversation but not a failed prompt without any answer', () => {
  const turns = [turn('1', 'done', 'yes'), turn('2', 'failed', ''), turn('3', 'stopped', 'part')];
  expect(messagesFor(turns, 'next').map(({ content }) => content)).toEqual([
    'prompt 1',
    'yes',
    'prompt 3',
    'part',
    'next',
  ]);
});

it('does not bring back a turn that was cleared while its answer was on the way', () => {
  const turns = [turn('2', 'done', 'kept')];
  const after = withAnswer(turns, '1', { text: 'late' });
  expect(after).toEqual(turns);
});
