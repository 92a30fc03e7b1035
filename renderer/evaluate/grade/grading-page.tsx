import { useState } from 'react';
import { ArrowLeft } from 'lucide-react';
import type { BlindAnswer } from '../../../shared/contract/grades.ts';
import { gradeQuestion, gradingText } from '../../../shared/text/evaluate/grades.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { EmptyState, LoadingState } from '../../ui/feedback/states.tsx';
import { Select } from '../../ui/inputs/inputs.tsx';
import { NumberInput } from '../../ui/inputs/number-input.tsx';
import { MarkdownText } from '../../ui/text/markdown.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { showGrading, type GradedSubject } from '../evaluate-store.ts';
import { PromptText } from '../prompt-text.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { GradeBar } from './grade-bar.tsx';
import { useGrading, type GradingDesk, type SampleChoice } from './use-grading.ts';
import '../vote/voting.css';
import './grading.css';

/** Grades single answers of an evaluation or a study: one at a time, mixed, without names. */
export function GradingPage({ subject, name }: { subject: GradedSubject; name: string }) {
  const [sample, setSample] = useState<SampleChoice>({
    ...subject,
    prompts: 50,
    tag: '',
    system: '',
  });
  const desk = useGrading(sample);
  const { answer, grading, error } = desk;
  return (
    <div className="evaluate-page evaluate-blind">
      <header className="evaluate-head">
        <Button small icon={<ArrowLeft size={14} />} onClick={() => showGrading(null)}>
          Back
        </Button>
        <div className="evaluate-title">
          <h1 className="truncate">
            Grade answers of <VisibleText text={name} />
          </h1>
        </div>
      </header>
      <SampleFields sample={sample} desk={desk} onChange={setSample} />
      <section className="voting" aria-label="Grading" tabIndex={-1} data-work>
        <div className="voting-head">
          <p className="voting-question">{gradeQuestion}</p>
          {grading && (
            <div className="voting-progress grading-progress">
              <span aria-live="polite">{gradingText(grading)}</span>
              <ProgressBar label="Grades" done={grading.graded} total={grading.answers} />
            </div>
          )}
        </div>
        {error !== undefined && <ErrorView error={error} onRetry={desk.reload} />}
        {answer === undefined && error === undefined && <LoadingState />}
        {answer && <Answer key={answer.answer} answer={answer} />}
        {answer === null && <NothingLeft desk={desk} />}
        <GradeBar desk={desk} />
      </section>
    </div>
  );
}

interface SampleFieldsProps {
  sample: SampleChoice;
  desk: GradingDesk;
  onChange: (sample: SampleChoice) => void;
}

function SampleFields({ sample, desk, onChange }: SampleFieldsProps) {
  const { tagCounts = [], systems = [] } = desk.grading ?? {};
  return (
    <div className="grading-sample">
      <NumberInput
        label="Prompts, at random"
        value={sample.prompts}
        onValue={(prompts) =>
          onChange({ ...sample, prompts: Math.max(1, Math.round(prompts) || 1) })
        }
      />
      <Select
        label="Kind of prompt"
        value={sample.tag}
        options={[
          { value: '', label: 'All' },
          ...tagCounts.map(({ tag, prompts }) => ({ value: tag, label: `${tag} (${prompts})` })),
        ]}
        onValue={(tag) => onChange({ ...sample, tag })}
      />
      {systems.length > 0 && (
        <Select
          label="System"
          value={sample.system}
          options={[
            { value: '', label: 'All, mixed' },
            ...systems.map((system) => ({ value: system, label: system })),
          ]}
          onValue={(system) => onChange({ ...sample, system })}
        />
      )}
    </div>
  );
}

function Answer({ answer }: { answer: BlindAnswer }) {
  return (
    <>
      <ScrollRegion key={answer.answer} className="blind-prompt" label="Prompt" startsAtEnd>
        <PromptText messages={answer.prompt} />
      </ScrollRegion>
      <ScrollRegion className="blind-answer grading-answer" label="Answer">
        {answer.output.trim() === '' ? (
          <p className="faint">(empty answer)</p>
        ) : (
          <MarkdownText text={answer.output} />
        )}
      </ScrollRegion>
    </>
  );
}

function NothingLeft({ desk: { grading } }: { desk: GradingDesk }) {
  if (grading && grading.awaited > 0)
    return (
      <EmptyState title="The next answers are being generated">
        Come back when they are there: answers to a prompt are shown once all systems have given
        theirs.
      </EmptyState>
    );
  if (grading?.answers === 0)
    return (
      <EmptyState title="There is no answer of this kind">
        Choose other prompts above, or tag prompts in the page of their set.
      </EmptyState>
    );
  return (
    <EmptyState title="You have graded all of this sample">
      Take more prompts above, or look at the results once the systems are revealed. A colleague
      grades the same prompts under another name.
    </EmptyState>
  );
}
