import { FileCode } from 'lucide-react';
import type { SystemSpec } from '../../../shared/domain/identity.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button, IconButton } from '../button.tsx';
import { Popover } from '../dialogs/menu.tsx';
import { ErrorView } from '../feedback/error-view.tsx';
import { TemplateFromFile } from '../models/template-from-file.tsx';
import { trainedTemplates, withTemplate, type AvailableModels } from './systems.ts';

interface TemplateChoiceProps {
  value: SystemSpec;
  available: AvailableModels;
  onValue: (system: SystemSpec) => void;
}

/** Chooses the chat template that a system is asked with, and says what is wrong with the chosen one. */
export function TemplateChoice({ value, available, onValue }: TemplateChoiceProps) {
  const { chatTemplate = '' } = value;
  const trained = trainedTemplates(available, value);
  const choose = (template: string) => onValue(withTemplate(value, template));
  return (
    <>
      <div className="template-choice">
        <Popover
          label="Chat template"
          align="end"
          trigger={
            <IconButton label="Chat template…" variant="default" aria-pressed={chatTemplate !== ''}>
              <FileCode size={14} />
            </IconButton>
          }
        >
          <div className="column template-choice-panel">
            <p>{ownTemplateText(available, value)}</p>
            <TemplateFromFile onTemplate={choose} />
            {trained.map(({ runName, template }) => (
              <Button key={runName} onClick={() => choose(template)}>
                The one {runName} trained with
              </Button>
            ))}
          </div>
        </Popover>
      </div>
      {chatTemplate !== '' && (
        <ChosenTemplate
          modelId={value.modelId}
          chatTemplate={chatTemplate}
          onReset={() => choose('')}
        />
      )}
    </>
  );
}

function ownTemplateText({ models }: AvailableModels, { modelId, checkpointId }: SystemSpec) {
  const ends = 'Another one can be chosen; every answer records which one asked.';
  if (checkpointId !== null)
    return `An adapter is asked with the template it trained with. ${ends}`;
  const model = models.find(({ id }) => id === modelId);
  return model?.info.hasChatTemplate === false
    ? `${model.name} has no chat template: turns end with its end-of-turn token, nothing else. ${ends}`
    : `A model is asked with its own template. ${ends}`;
}

interface ChosenTemplateProps {
  modelId: string;
  chatTemplate: string;
  onReset: () => void;
}

/** That another template is in use, what the model makes of it, and the way back. */
function ChosenTemplate({ modelId, chatTemplate, onReset }: ChosenTemplateProps) {
  const input = { modelId, chatTemplate };
  const trial = useQuery(['runs.tryTemplate', input], () => rpc.runs.tryTemplate(input), [
    'models',
  ]);
  const { problem = '', remarks = [] } = trial.data ?? {};
  return (
    <div className="template-chosen" role="note" aria-label="Chosen chat template">
      <span className="small dim">
        Asked with a chosen chat template of {formatQuantity(chatTemplate.length, 'character')}
      </span>
      <Button small onClick={onReset}>
        Use its own
      </Button>
      {(problem === '' ? remarks : [problem]).map((text) => (
        <p key={text} className="template-remark small">
          {text}
        </p>
      ))}
      {trial.error !== undefined && <ErrorView error={trial.error} />}
    </div>
  );
}
