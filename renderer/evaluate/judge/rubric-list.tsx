import { useState } from 'react';
import { ChevronRight, Pencil } from 'lucide-react';
import type { Rubric } from '../../../shared/domain/judge/rubric.ts';
import { rubricLabel } from '../../../shared/text/evaluate/judging.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { EditButton } from '../../ui/edit-button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { shortHash } from '../../ui/format.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { RubricForm } from './rubric-form.tsx';

/** The texts that judges are asked with; each can be read, and edited into a new version. */
export function RubricList({ list }: { list: readonly Rubric[] }) {
  const [edited, setEdited] = useState<Rubric | null>(null);
  return (
    <section className="panel column" aria-label="Rubrics">
      <h2>Rubrics</h2>
      <ul className="rubrics">
        {list.map((rubric) => (
          <RubricRow key={rubric.hash} rubric={rubric} onEdit={() => setEdited(rubric)} />
        ))}
      </ul>
      {edited && <RubricForm key={edited.hash} rubric={edited} onClose={() => setEdited(null)} />}
    </section>
  );
}

function RubricRow({ rubric, onEdit }: { rubric: Rubric; onEdit: () => void }) {
  const { hash, text, isBuiltIn, judgings } = rubric;
  const label = rubricLabel(rubric);
  return (
    <li>
      <details>
        <summary>
          <ChevronRight size={14} aria-hidden />
          <strong>
            <VisibleText text={label} />
          </strong>
          <span className="dim">{text.kind}</span>
          {isBuiltIn && <Badge>built in</Badge>}
          <span className="small dim" title={hash}>
            {shortHash(hash)}
          </span>
          {judgings > 0 && <span className="small dim">{formatQuantity(judgings, 'judging')}</span>}
        </summary>
        <div className="column rubric-text">
          <p>
            <VisibleText text={text.instruction} />
          </p>
          <p>
            <VisibleText text={text.question} />
          </p>
          <p className="small dim">
            Symbols: <VisibleText text={text.symbols.join(' · ')} />
          </p>
          <div className="row">
            <EditButton
              small
              icon={<Pencil size={12} />}
              aria-label={`Edit ${label}`}
              onClick={onEdit}
            >
              Edit…
            </EditButton>
          </div>
        </div>
      </details>
    </li>
  );
}
