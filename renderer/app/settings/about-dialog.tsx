import { Copy } from 'lucide-react';
import type { AboutProgram } from '../../../shared/contract/settings.ts';
import { formatBytes } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { copyText } from '../../ui/feedback/copy-button.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { showShellDialog } from '../shell-store.ts';
import './settings.css';

/** What the program is, what it runs on, and whose software is in it. */
export function AboutDialog() {
  const about = useQuery(['app.about'], () => rpc.app.about(), []);
  const notices = useQuery(['app.notices'], () => rpc.app.notices(), []);
  const info = useQuery(['app.info'], () => rpc.app.info(), []);
  const facts = about.data ? factsOf(about.data) : [];
  const asText = facts.map(([name, value]) => `${name}: ${value}`).join('\n');
  return (
    <Dialog
      title="About Lima Workbench"
      isWide
      onClose={() => showShellDialog(null)}
      footer={
        <Button
          icon={<Copy size={14} />}
          disabled={facts.length === 0}
          onClick={() => void copyText(asText, 'Copied: paste it into a report.')}
        >
          Copy these facts
        </Button>
      }
    >
      <div className="settings">
        <p>
          <strong>Lima Workbench {info.data?.version}</strong>: curate, fine-tune, compare, offline.
        </p>
        <QueryView query={about} loading="Asking the engines who they are…">
          {() => (
            <dl className="about-facts">
              {facts.map(([name, value]) => (
                <div key={name}>
                  <dt className="dim">{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          )}
        </QueryView>
        <p className="dim small">
          “lima doctor” on the command line checks all of it, and compares each device with the CPU.
        </p>
        <section aria-label="Licences">
          <h3>Licences</h3>
          <p>Lima Workbench: MIT. It contains software of others:</p>
          <QueryView query={notices}>
            {({ text }) =>
              text === null ? (
                <p className="dim">
                  They are written by “npm run build” to out/third-party-notices.txt.
                </p>
              ) : (
                <section
                  className="about-notices"
                  aria-label="Licences of others"
                  // Arrows and Page keys scroll it, once it has the focus.
                  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
                  tabIndex={0}
                >
                  {text}
                </section>
              )
            }
          </QueryView>
        </section>
      </div>
    </Dialog>
  );
}

function factsOf(about: AboutProgram): [string, string][] {
  const { version, node, platform, engines, settingsFolder, logPath } = about;
  return [
    ['Version', version],
    ['Node', `${node}, ${platform}`],
    ...engines.map(({ part, name, isLoaded }): [string, string] => [
      part,
      isLoaded ? name : `does not start: ${name}`,
    ]),
    [
      'Memory',
      `${formatBytes(about.memoryFreeBytes)} free of ${formatBytes(about.memoryTotalBytes)}`,
    ],
    ['Disk', `${formatBytes(about.diskFreeBytes)} free where settings lie`],
    ['Settings', settingsFolder],
    ['Log', logPath],
  ];
}
