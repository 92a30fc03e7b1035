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
