import type { ReactNode } from 'react';
import { pipelineStepSchema, type PipelineStep } from '../../shared/domain/project/pipeline.ts';
import { stepNames, stepPurposes } from '../../shared/text/project/pipeline.ts';
import './pipeline-picture.css';

/** The way from samples to a verdict, drawn: what the program is for, at one look. */
export function PipelinePicture() {
  return (
    <figure className="pipeline-picture" aria-label="The way from samples to a verdict">
      <ol>
        {pipelineStepSchema.options.map((step) => (
          <li key={step}>
            <svg viewBox="0 0 96 64" aria-hidden>
              {drawings[step]}
            </svg>
            <strong>{stepNames[step]}</strong>
            <span className="dim small">{stepPurposes[step]}</span>
          </li>
        ))}
      </ol>
    </figure>
  );
}

const rows = [10, 22, 34, 46];

const drawings: Readonly<Record<PipelineStep, ReactNode>> = {
  curate: rows.map((y, index) => (
    <g key={y} className={index === 1 ? 'drawn-faint' : undefined}>
      <rect className="drawn-line" x="12" y={y} width="52" height="7" rx="2" />
      {index === 1 ? (
        <path className="drawn-bad" d={`M74 ${y}l7 7m0 -7l-7 7`} />
      ) : (
        <path className="drawn-good" d={`M72 ${y + 3}l4 4l8 -8`} />
      )}
    </g>
  )),
  freeze: (
    <>
      <rect className="drawn-frame" x="22" y="10" width="52" height="44" rx="4" />
      {[18, 26, 34].map((y) => (
        <rect key={y} className="drawn-line" x="30" y={y} width="36" height="4" rx="2" />
      ))}
      <path className="drawn-accent" d="M30 46h6m4 0h6m4 0h6m4 0h6" />
    </>
  ),
  train: (
    <>
      <path className="drawn-axis" d="M14 8v46h70" />
      <path className="drawn-accent" d="M18 14c8 22 16 26 28 30s24 5 36 5" />
      {[
        [34, 37],
        [54, 46],
        [78, 49],
      ].map(([x, y]) => (
        <circle key={x} className="drawn-dot" cx={x} cy={y} r="3" />
      ))}
    </>
  ),
  chat: (
    <>
      <rect className="drawn-line" x="34" y="6" width="28" height="9" rx="4" />
      <rect className="drawn-frame" x="8" y="22" width="37" height="34" rx="4" />
      <rect className="drawn-tuned" x="51" y="22" width="37" height="34" rx="4" />
      {[30, 38, 46].map((y) => (
        <g key={y}>
          <rect
            className="drawn-line"
            x="14"
            y={y}
            width={y === 46 ? 12 : 25}
            height="3"
            rx="1.5"
          />
          <rect className="drawn-ink" x="57" y={y} width={y === 46 ? 17 : 25} height="3" rx="1.5" />
        </g>
      ))}
    </>
  ),
  evaluate: (
    <>
      <path className="drawn-axis" d="M48 10v44m-14 0h28m-40 -36l26 -8l26 8" />
      <path className="drawn-frame" d="M12 34a10 10 0 0 0 20 0z M64 42a10 10 0 0 0 20 0z" />
      <path className="drawn-axis" d="M22 18l-10 16m10 -16l10 16m42 -16l-10 24m10 -24l10 24" />
      <text className="drawn-text" x="22" y="31">
        ?
      </text>
      <text className="drawn-text" x="74" y="39">
        ?
      </text>
    </>
  ),
  report: (
    <>
      <rect className="drawn-win" x="10" y="16" width="46" height="14" rx="2" />
      <rect className="drawn-line" x="58" y="16" width="16" height="14" rx="2" />
      <rect className="drawn-lose" x="76" y="16" width="10" height="14" rx="2" />
      <path className="drawn-axis" d="M10 46h76M48 40v12" />
      <path className="drawn-accent" d="M58 46h18" />
      <circle className="drawn-dot" cx="67" cy="46" r="3.5" />
    </>
  ),
};
