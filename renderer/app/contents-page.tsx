import { Lock, LockOpen } from 'lucide-react';
import type { ProjectInfo } from '../../shared/contract/app.ts';
import { notTold } from '../../shared/domain/project/packet.ts';
import type { ProjectContents } from '../../shared/domain/project/project-contents.ts';
import { authorText } from '../../shared/text/merging.ts';
import { formatBytes, formatQuantity } from '../../shared/text/numbers.ts';
import {
  describeCounts,
  describeDays,
  describeWork,
} from '../../shared/text/project/project-contents.ts';
import { rpc } from '../rpc/client.ts';
import { useAction } from '../rpc/use-action.ts';
import { useQuery } from '../rpc/use-query.ts';
import { Button } from '../ui/button.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import { QueryView } from '../ui/feedback/states.tsx';
import { formatMoment } from '../ui/format.ts';
import { VisibleText } from '../ui/text/visible-text.tsx';
import { closeProject, trustProject } from './project.ts';
import { keepReading } from './shell-store.ts';
import './contents-page.css';

/** What a project that was made elsewhere holds, and the decision whether to trust it. */
export function ContentsPage({ project }: { project: ProjectInfo }) {
  const query = useQuery(['project.contents', project.path], () => rpc.project.contents(), []);
  const trust = useAction(trustProject);
  return (
    <div className="contents-page">
      <article
        ref={focusOnce}
        className="contents-column"
        tabIndex={-1}
        aria-labelledby="contents-title"
      >
        <h1 id="contents-title">
          <Lock size={18} aria-hidden /> “<VisibleText text={project.name} />” was not made on this
          machine
        </h1>
        <p>
          It is open for reading only, and nothing was written to it. Look at what it contains and
          who wrote it. When you trust it, you can edit it from now on; its jobs, and files that it
          names outside of itself, are asked about again before they are used.
        </p>
        <div className="row row-wrap">
          <Button
            variant="primary"
            icon={<LockOpen size={14} />}
            isBusy={trust.isRunning}
            onClick={() => void trust.run()}
          >
            Trust and edit
          </Button>
          <Button onClick={() => keepReading(project.path)}>Keep reading</Button>
          <Button onClick={() => void closeProject()}>Close</Button>
        </div>
        {trust.error !== undefined && <ErrorView error={trust.error} />}
        <QueryView query={query} loading="Reading what it contains…">
          {(contents) => <Contents project={project} contents={contents} />}
        </QueryView>
      </article>
    </div>
  );
}

// So that the next Tab reaches the first answer, and a screen reader begins with the question.
const focusOnce = (element: HTMLElement | null) => element?.focus();

function Contents({ project, contents }: { project: ProjectInfo; contents: ProjectContents }) {
  // A packet of pairs has a row where a model would be, and names none.
  const models = contents.models.filter(({ path }) => path !== notTold);
  return (
    <>
      <dl className="contents-facts">
        <dt>File</dt>
        <dd className="mono small">
          <VisibleText text={project.path} />
        </dd>
        <dt>Size</dt>
        <dd>
          {formatBytes(project.sizeBytes)}, schema {project.schemaVersion}
        </dd>
        <dt>Made</dt>
        <dd>{formatMoment(contents.createdMs)}</dd>
        <dt>Holds</dt>
        <dd>{describeCounts(contents)}</dd>
      </dl>
      <Listing
        title="Who wrote it"
        none="Nobody wrote anything into it yet."
        headings={['Name', 'What', 'When']}
        count={contents.authorCount}
        rows={contents.authors.map((work) => [
          authorText(work.author),
          describeWork(work),
          describeDays(work),
        ])}
      />
      <Listing
        title="Datasets"
        none="No dataset is frozen."
        headings={['Name', 'Samples', 'By']}
        count={contents.datasetCount}
        rows={contents.datasets.map(({ name, samples, author, createdMs }) => [
          name,
          formatQuantity(samples, 'sample'),
          `${author}, ${formatMoment(createdMs)}`,
        ])}
      />
      <Listing
        title="Models it names"
        none="It names no model."
        headings={['Name', 'File']}
        count={contents.modelCount - (contents.models.length - models.length)}
        rows={models.map(({ name, path }) => [name, path])}
      />
      <Listing
        title="Jobs that could go on"
        none="No job waits."
        headings={['Job', 'State', 'Files it would use']}
        count={contents.jobCount}
        rows={contents.jobs.map(({ kind, title, state, paths }) => [
          `${kind}: ${title}`,
          state,
          paths.join('\n'),
        ])}
      />
    </>
  );
}

interface ListingProps {
  title: string;
  /** What stands there instead of an empty table. */
  none: string;
  headings: readonly string[];
  rows: readonly (readonly string[])[];
  /** How many there are; more than the rows when not all are listed. */
  count: number;
}

function Listing({ title, none, headings, rows, count }: ListingProps) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <p className="dim">{none}</p>
      ) : (
        <table className="table">
          <thead>
            <tr>
              {headings.map((heading) => (
                <th key={heading}>{heading}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells, row) => (
              <tr key={row}>
                {cells.map((cell, column) => (
                  <td key={column}>
                    <VisibleText text={cell} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {count > rows.length && <p className="dim">… and {count - rows.length} more.</p>}
    </section>
  );
}
