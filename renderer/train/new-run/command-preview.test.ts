import { describe, expect, it } from 'vitest';
import { draftOf } from '../recipe/recipe-draft.ts';
import { trainCommandLine } from './command-preview.tsx';

describe('trainCommandLine', () => {
  it('sets only what differs from the defaults', () => {
    const command = trainCommandLine({
      projectPath: '/home/ada/p.lima',
      modelPath: '/models/base.gguf',
      datasetName: 'first ten',
      runName: '',
      probe: undefined,
      keepsRecipe: false,
      draft: { ...draftOf(), epochs: '3', batchSize: '32' },
    });
    expect(command.replaceAll(/\s*\\\n\s*/g, ' ')).toBe(
      "lima train /home/ada/p.lima --base /models/base.gguf --dataset 'first ten' --set epochs=3",
    );
  });

  it('names the adapter it goes on from by file or hash, and sets what the adapter has', () => {
    const words = {
      projectPath: 'p.lima',
      modelPath: 'b.gguf',
      datasetName: 'd',
      runName: '',
      probe: undefined,
      keepsRecipe: false,
      draft: { ...draftOf(), rank: '4', fromAdapter: 'a'.repeat(64) },
    };
    const line = (more: object) =>
      trainCommandLine({ ...words, ...more }).replaceAll(/\s*\\\n\s*/g, ' ');
    const start = 'lima train p.lima --base b.gguf --dataset d --from-adapter';
    expect(line({})).toBe(`${start} ${'a'.repeat(64)} --set rank=4`);
    const adapterFile = { path: '/peft', sha256: 'a'.repeat(64) };
    expect(line({ adapterFile, otherBase: true })).toBe(`${start} /peft --other-base --set rank=4`);
  });

  it('shows placeholders for what is not chosen yet', () => {
    const command = trainCommandLine({
      projectPath: undefined,
      modelPath: undefined,
      datasetName: undefined,
      runName: 'a',
      probe: 'my prompts',
      keepsRecipe: true,
      draft: draftOf(),
    });
    expect(command).toContain('PROJECT.lima');
    expect(command).toContain('--base MODEL.gguf');
    expect(command).toContain('--dataset DATASET');
    expect(command).toContain('--name a');
    expect(command).toContain("--probe 'my prompts'");
    // The project keeps a recipe: all that the command does not name would be of that.
    expect(command).toContain('--recipe defaults');
  });
});
