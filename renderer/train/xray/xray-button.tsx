import { ScanText } from 'lucide-react';
import type { Dataset } from '../../../shared/domain/dataset.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { Button } from '../../ui/button.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { showXray } from '../train-store.ts';
import { startXray } from './xray-store.ts';

interface XrayButtonProps {
  model: Model | undefined;
  dataset: Dataset | undefined;
  recipe: Recipe | null;
}

/** The way from the form of a run to what the trainer would see of its samples. */
export function XrayButton({ model, dataset, recipe }: XrayButtonProps) {
  const isReady = model !== undefined && !model.isMissing && dataset !== undefined && recipe;
  const look = () => {
    if (!isReady) return;
    const { maxTokens, overlong, lossOn, chatTemplate, droppedThinking, devShare } = recipe;
    startXray({
      modelId: model.id,
      datasetId: dataset.id,
      recipe: { maxTokens, overlong, lossOn, chatTemplate, droppedThinking, devShare },
    });
    showXray();
  };
  const isDisabled = !isReady;
  useShortcuts([
    { keys: ['x'], label: 'Token X-ray of the dataset', group: 'Train', run: look, isDisabled },
  ]);
  return (
    <Button
      icon={<ScanText size={14} />}
      shortcut="x"
      disabled={isDisabled}
      title={isReady ? undefined : 'Choose a model and a dataset first'}
      onClick={look}
    >
      Token X-ray
    </Button>
  );
}
