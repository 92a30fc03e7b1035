import { BookOpen, FilePlus2, FolderOpen } from 'lucide-react';
import { describeNext, describeRecent } from '../../shared/text/project/project-contents.ts';
import { rpc } from '../rpc/client.ts';
import { useAction } from '../rpc/use-action.ts';
import { useQuery } from '../rpc/use-query.ts';
import { Button } from '../ui/button.tsx';
import { QueryView } from '../ui/feedback/states.tsx';
import { formatMoment } from '../ui/format.ts';
import { PipelinePicture } from './pipeline-picture.tsx';
import { chooseProject, newProject, openProject, openSampleProject } from './project.ts';
import './welcome.css';

/** What the window shows while no project is open: what it is for, and where to begin. */
export function Welcome() {
  return (
    <div className="welcome">
      <div className="welcome-page">
        <header className="welcome-head">
          <h1>Lima Workbench</h1>
          <p>
            Curate about a thousand very good examples out of community dumps and your own writing.
            Fine-tune a GGUF model you already have on them, here, without a network. Chat with the
            result, and measure by blind votes whether it got better.
          </p>
        </header>
        <PipelinePicture />
        <div className="welcome-choices">
          <SampleChoice />
          <OwnProjects />
        </div>
      </div>
    </div>
  );
}

/** The first choice of whoever is new: a project that has gone half of the way already. */
function SampleChoice() {
  const sample = useQuery(['project.sample'], () => rpc.project.sample(), ['project']);
  const isThere = sample.data !== undefined && sample.data !== null;
  const opening = useAction(openSampleProject);
  return (
    <section className="welcome-choice welcome-sample" aria-labelledby="welcome-sample">
      <h2 id="welcome-sample">New here? Go all the way in three minutes</h2>
      <p>
        Atlas, a tiny base model, knows the countries of the world but answers no question. The
        sample project holds 300 questions and answers, frozen, with a recipe that fits. Train, ask
        both models, and see who answers 303 questions about countries that no sample mentions.
      </p>
      <div className="row row-wrap">
        <Button
          variant="primary"
          icon={<BookOpen size={14} />}
          isBusy={opening.isRunning}
          onClick={() => void opening.run(false)}
        >
          Open the sample project
        </Button>
        {isThere && (
          <Button disabled={opening.isRunning} onClick={() => void opening.run(true)}>
            Start it afresh
          </Button>
        )}
      </div>
      <p className="dim small">
        {isThere
          ? 'It opens where you left it; one that is started afresh leaves that as it is.'
          : 'It is copied into the program’s own folder. “Save as…” in its menu moves it where you like.'}
      </p>
    </section>
  );
}

function OwnProjects() {
  return (
    <section className="welcome-choice" aria-labelledby="welcome-own">
      <h2 id="welcome-own">Your own samples</h2>
      <div className="row row-wrap">
        <Button icon={<FilePlus2 size={14} />} onClick={() => void newProject()}>
          New project
        </Button>
        <Button icon={<FolderOpen size={14} />} onClick={() => void chooseProject()}>
          Open project
        </Button>
      </div>
      <h3>Recent projects</h3>
      <RecentProjects />
    </section>
  );
}

const whyNotThere = ({ isSilent }: { isSilent: boolean }) =>
  isSilent
    ? 'its disk does not answer: is a network drive gone?'
    : 'file not found: open it to look for a backup';

function RecentProjects() {
  const recent = useQuery(['project.recent'], () => rpc.project.recent(), ['project']);
  return (
    <QueryView query={recent}>
      {(projects) =>
        projects.length === 0 ? (
          <p className="dim">Projects you open are listed here.</p>
        ) : (
          <ul className="welcome-recent" aria-label="Recent projects">
            {projects.map((project) => (
              <li key={project.path}>
                <button type="button" onClick={() => void openProject(project.path)}>
                  <strong className="truncate">{project.name}</strong>
                  <span className="faint small welcome-date">
                    {project.exists ? formatMoment(project.openedMs) : whyNotThere(project)}
                  </span>
                  <RecentState project={project} />
                  <span className="faint small truncate welcome-path" title={project.path}>
                    {project.path}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )
      }
    </QueryView>
  );
}

/** What it held when it was last open here, and what was next. */
function RecentState({ project }: { project: Parameters<typeof describeRecent>[0] }) {
  const next = describeNext(project);
  const holds = describeRecent(project);
  if (!project.exists || (holds === '' && next === '')) return null;
  return (
    <span className="dim small welcome-state">
      <span className="truncate">{holds}</span>
      {next !== '' && <span className="welcome-next">{next}</span>}
    </span>
  );
}
