import { BookOpen, FilePlus2, FolderOpen } from 'lucide-react';
import { rpc } from '../rpc/client.ts';
import { useQuery } from '../rpc/use-query.ts';
import { Button } from '../ui/button.tsx';
import { QueryView } from '../ui/feedback/states.tsx';
import { formatMoment } from '../ui/format.ts';
import { chooseProject, newProject, newSampleProject, openProject } from './project.ts';
import './welcome.css';

/** What the window shows while no project is open. */
export function Welcome() {
  const recent = useQuery(['project.recent'], () => rpc.project.recent(), ['project']);
  return (
    <div className="welcome">
      <div className="welcome-column">
        <h1>Lima Workbench</h1>
        <p>
          Curate about a thousand very good examples out of community dumps and your own writing.
          Fine-tune a GGUF model you already have on them, here, without a network. Chat with the
          result, and measure by blind votes whether it got better.
        </p>
        <div className="row">
          <Button
            variant="primary"
            icon={<FilePlus2 size={14} />}
            onClick={() => void newProject()}
          >
            New project
          </Button>
          <Button icon={<FolderOpen size={14} />} onClick={() => void chooseProject()}>
            Open project
          </Button>
          <Button icon={<BookOpen size={14} />} onClick={() => void newSampleProject()}>
            Open the sample project
          </Button>
        </div>
        <h2>Recent projects</h2>
        <QueryView query={recent}>
          {(projects) =>
            projects.length === 0 ? (
              <p className="dim">
                Projects you open are listed here. New here? The sample project shows the point in
                five minutes: Atlas, a tiny base model, knows the countries of the world but answers
                no question. Train it on the 300 questions and answers in the project, with the
                recipe “atlas”, then ask it about countries that none of them mentions.
              </p>
            ) : (
              <ul className="welcome-recent" aria-label="Recent projects">
                {projects.map((project) => (
                  <li key={project.path}>
                    <button type="button" onClick={() => void openProject(project.path)}>
                      <strong className="truncate">{project.name}</strong>
                      <span className="faint small welcome-date">
                        {project.exists
                          ? formatMoment(project.openedMs)
                          : 'file not found: open it to look for a backup'}
                      </span>
                      <span className="dim small truncate welcome-path" title={project.path}>
                        {project.path}
                      </span>
                    </button>
                  </li>
                ))}
              </ul>
            )
          }
        </QueryView>
      </div>
    </div>
  );
}
