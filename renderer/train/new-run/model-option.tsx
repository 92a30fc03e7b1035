import { FileCheck, MapPin } from 'lucide-react';
import type { Model } from '../../../shared/domain/model/model.ts';
import { formatBytes, formatQuantity } from '../../../shared/text/numbers.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { shortHash } from '../../ui/format.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { ThingLabels } from '../../ui/things/thing-labels.tsx';
import { ThingMenu, useThingKeys } from '../../ui/things/thing-menu.tsx';
import { useLabels } from '../../ui/things/things-store.ts';
import { useTrain } from '../train-store.ts';

interface ModelOptionProps {
  model: Model;
  isChosen: boolean;
  onRelocate: () => void;
  onConfirm: () => void;
}

/** One known model: what it is, and why it cannot be trained where it cannot. */
export function ModelOption({ model, isChosen, onRelocate, onConfirm }: ModelOptionProps) {
  const { info, path, sha256, isMissing, isFromElsewhere } = model;
  const isTrainable = info.trainable === 'yes';
  const labels = useLabels('model')(model.id);
  const target = { thing: 'model', id: model.id, name: model.name } as const;
  return (
    <li ref={useThingKeys(target)}>
      <div className="picker-option">
        <input
          type="radio"
          name="train-model"
          id={`model-${model.id}`}
          checked={isChosen}
          disabled={!isTrainable}
          aria-describedby={`model-${model.id}-facts`}
          onChange={() => useTrain.setState({ modelId: model.id })}
        />
        <label className="picker-text" htmlFor={`model-${model.id}`}>
          <span className="row">
            <span className="truncate">
              <strong>
                <VisibleText text={target.name} />
              </strong>{' '}
              {info.name !== model.name && (
                <span className="dim">
                  <VisibleText text={info.name} />
                </span>
              )}
            </span>
            {isFromElsewhere ? (
              <Badge tone="warn">from elsewhere</Badge>
            ) : (
              isMissing && <Badge tone="bad">file missing</Badge>
            )}
            {!isTrainable && <Badge tone="warn">cannot be trained</Badge>}
          </span>
          <span className="small dim" id={`model-${model.id}-facts`}>
            {info.architecture} · {formatParameters(info.parameters)} · {info.quantization} ·{' '}
            {formatBytes(info.fileSizeBytes)} · {formatQuantity(info.layers, 'layer')}
          </span>
          <ThingLabels labels={labels} />
          {isFromElsewhere && (
            <span className="picker-why">
              Only the project says that this is the file; nobody on this machine did.
            </span>
          )}
          {!isTrainable && <span className="picker-why">{info.trainable}</span>}
          {[...templateWords(info), ...(info.warnings ?? [])].map((warning) => (
            <span key={warning} className="picker-why">
              {warning}
            </span>
          ))}
          <span className="small faint truncate" title={`${path}\nSHA-256 ${sha256}`}>
            {path} · <code>{shortHash(sha256)}</code>
          </span>
        </label>
        {isFromElsewhere && (
          <EditButton small icon={<FileCheck size={13} />} onClick={onConfirm}>
            Use it from there…
          </EditButton>
        )}
        {isMissing && (
          <Button small icon={<MapPin size={13} />} onClick={onRelocate}>
            Locate…
          </Button>
        )}
        <ThingMenu target={target} />
      </div>
    </li>
  );
}

const templateWords = ({ templateProblem, templateRemarks = [] }: Model['info']): string[] =>
  templateProblem === undefined
    ? templateRemarks.map((remark) => `Its chat template: ${remark}`)
    : [`Trains only with another chat template. ${templateProblem}`];

/** A parameter count the way models are named: `494M`, `7.6B`, `12.3K`. */
function formatParameters(parameters: number): string {
  const units = [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'K'],
  ] as const;
  for (const [size, unit] of units) {
    if (parameters < size) continue;
    const value = parameters / size;
    return `${value < 100 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)}${unit} parameters`;
  }
  return `${parameters} parameters`;
}
