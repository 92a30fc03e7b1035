import { useState } from 'react';
import { X } from 'lucide-react';
import { resultOf } from '../../../shared/contract/job-kinds.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import type { ScannedDump } from '../../../shared/domain/selection/candidate.ts';
import { siteGroupSchema, type SiteGroup } from '../../../shared/domain/selection/site-groups.ts';
import { adviceFor } from '../../../shared/text/error-advice.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { scanProblems, scanSummary, siteGroupNames } from '../../../shared/text/scanning.ts';
import { rpc } from '../../rpc/client.ts';
import { useJobs } from '../../rpc/jobs.ts';
import { useAction } from '../../rpc/use-action.ts';
import { IconButton } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { PathField } from '../../ui/files/path-field.tsx';
import { Select } from '../../ui/inputs/inputs.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { JobProgress } from './job-progress.tsx';

/** Scans another dump or folder, and follows the scan that goes on. */
export function ScanForm() {
  const [path, setPath] = useState('');
  const job = useJobs().find(({ kind }) => kind === 'scan');
  const start = useAction(async () => {
    await rpc.scans.start({ dumps: [{ path: path.trim() }] });
    setPath('');
  });
  const isReady = path.trim() !== '';
  return (
    <form
      className="column"
      aria-label="Scan dumps"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void start.run();
      }}
    >
      <div className="row scan-path">
        <PathField
          label="Dump, or folder of dumps"
          value={path}
          onValue={setPath}
          request={{ purpose: 'import', title: 'A dump to scan' }}
          isFirst
        />
        <EditButton type="submit" disabled={!isReady} isBusy={start.isRunning}>
          Scan
        </EditButton>
      </div>
      {start.error !== undefined && <ErrorView error={start.error} />}
      {job && !isJobFinished(job.state) && <JobProgress job={job} />}
      {job?.error && <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />}
      {job && <ScanOutcome job={job} />}
    </form>
  );
}

function ScanOutcome({ job }: { job: ReturnType<typeof useJobs>[number] }) {
  const report = resultOf(job, 'scan');
  if (!report) return null;
  return (
    <div className="small dim" role="status">
      <p>{scanSummary(report)}.</p>
      {report.refused.map(({ path, message }) => (
        <p key={path}>
          <VisibleText text={message} />
        </p>
      ))}
    </div>
  );
}

interface ScannedSitesProps {
  sites: readonly (ScannedDump & { group: SiteGroup })[];
  groups: Readonly<Record<string, SiteGroup>>;
  onGroups: (groups: Record<string, SiteGroup>) => void;
}

/** The sites that were scanned, with the group that each is drawn in. */
export function ScannedSites({ sites, groups, onGroups }: ScannedSitesProps) {
  const forget = useAction(async (site: string) => {
    await rpc.scans.forget({ site });
  });
  return (
    <ScrollRegion className="scan-sites" label="Scanned sites">
      <table className="table">
        <thead>
          <tr>
            <th>Site</th>
            <th>Group</th>
            <th className="number">Candidates</th>
            <th className="number">Unanswered</th>
            <th>Dump</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sites.map((dump) => (
            <tr key={dump.site}>
              <td>
                <VisibleText text={dump.site} />
                <Problems dump={dump} />
              </td>
              <td>
                <Select
                  label={`Group of ${dump.site}`}
                  hideLabel
                  value={groups[dump.site] ?? dump.group}
                  options={siteGroupSchema.options.map((value) => ({
                    value,
                    label: siteGroupNames[value],
                  }))}
                  onValue={(group) => onGroups({ ...groups, [dump.site]: group })}
                />
              </td>
              <td className="number">{formatCount(dump.counts.candidates)}</td>
              <td className="number">{formatCount(dump.counts.unansweredQuestions)}</td>
              <td className="truncate dim scan-dump" title={dump.path}>
                <VisibleText text={dump.path} />
              </td>
              <td>
                <IconButton
                  label={`Forget the scan of ${dump.site}`}
                  onClick={() => void forget.run(dump.site)}
                >
                  <X size={14} />
                </IconButton>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {forget.error !== undefined && <ErrorView error={forget.error} />}
    </ScrollRegion>
  );
}

function Problems({ dump }: { dump: ScannedDump }) {
  const problems = scanProblems(dump);
  const [first] = problems;
  if (first === undefined) return null;
  return (
    <details className="small dim">
      <summary>{formatQuantity(problems.length, 'problem')}</summary>
      {problems.map((problem) => (
        <p key={problem}>
          <VisibleText text={problem} />
        </p>
      ))}
    </details>
  );
}
