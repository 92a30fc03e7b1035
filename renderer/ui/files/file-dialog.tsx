import { useState, type KeyboardEvent } from 'react';
import { CornerLeftUp, File, Folder } from 'lucide-react';
import type { FileEntry } from '../../../shared/contract/app.ts';
import { formatBytes } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button, IconButton } from '../button.tsx';
import { Dialog } from '../dialogs/dialog.tsx';
import { QueryView } from '../feedback/states.tsx';
import { TextInput } from '../inputs/inputs.tsx';
import {
  answerFileRequest,
  isSaving,
  useFileRequest,
  type FileRequest,
  isWanted,
  joinPath,
  sortEntries,
  withEnding,
} from './file-chooser.ts';
import './file-dialog.css';

/** Shows the in-app file dialog when one is asked for; mounted once by the shell. */
export function FileDialogHost() {
  const pending = useFileRequest((state) => state.pending);
  return pending && <FileDialog request={pending.request} />;
}

const lastFolderKey = 'lima.files.folder';

/** The folder in which a file was chosen last in this window. */
export const lastFolder = (): string | undefined =>
  sessionStorage.getItem(lastFolderKey) ?? undefined;

function FileDialog({ request }: { request: FileRequest }) {
  const saving = isSaving(request.purpose);
  const [folder, setFolder] = useState(lastFolder);
  const [typed, setTyped] = useState(request.suggestedName ?? '');
  const query = useQuery(
    ['files.list', folder],
    () => rpc.files.list(folder === undefined ? {} : { path: folder }),
    [],
  );
  const here = query.data?.path ?? folder ?? '';
  const open = (path: string) => {
    setFolder(path);
    if (!saving) setTyped('');
  };
  const finish = (path: string) => {
    if (here !== '') sessionStorage.setItem(lastFolderKey, here);
    answerFileRequest(path);
  };
  const choose = (entry: FileEntry) => (entry.isDirectory ? open(entry.path) : finish(entry.path));
  const isWhole = /^([/\\~]|[a-z]:)/i.test(typed.trim());
  const canSubmit = typed.trim() !== '' && (isWhole || here !== '');
  const submit = () => {
    const name = typed.trim();
    const known = query.data?.entries.find((entry) => entry.name === name || entry.path === name);
    if (known?.isDirectory) return open(known.path);
    const path = isWhole ? name : joinPath(here, name);
    return finish(withEnding(path, request.purpose));
  };
  return (
    <Dialog
      title={request.title}
      isWide
      onClose={() => answerFileRequest(null)}
      footer={
        <>
          <Button onClick={() => answerFileRequest(null)}>Cancel</Button>
          <Button variant="primary" disabled={!canSubmit} onClick={submit}>
            {saving ? 'Save here' : 'Choose'}
          </Button>
        </>
      }
    >
      <div className="row">
        <IconButton
          label="Parent folder"
          disabled={query.data?.parent == null}
          onClick={() => query.data?.parent != null && open(query.data.parent)}
        >
          <CornerLeftUp size={15} />
        </IconButton>
        <span className="mono truncate" title={here}>
          {here}
        </span>
      </div>
      <div className="file-list-frame">
        <QueryView query={query}>
          {({ entries }) => (
            <FileList
              entries={sortEntries(entries)}
              request={request}
              selected={typed}
              onSelect={(entry) => !(saving && entry.isDirectory) && setTyped(entry.name)}
              onChoose={choose}
            />
          )}
        </QueryView>
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (canSubmit) submit();
        }}
      >
        <TextInput
          label={saving ? 'File name or path' : 'Name or path'}
          value={typed}
          onValue={setTyped}
          data-autofocus
        />
      </form>
    </Dialog>
  );
}

interface FileListProps {
  entries: readonly FileEntry[];
  request: FileRequest;
  selected: string;
  onSelect: (entry: FileEntry) => void;
  onChoose: (entry: FileEntry) => void;
}

function FileList({ entries, request, selected, onSelect, onChoose }: FileListProps) {
  if (entries.length === 0) return <p className="dim file-empty">This folder is empty.</p>;
  return (
    <ul className="file-list" aria-label="Files">
      {entries.map((entry) => (
        <li key={entry.path}>
          <button
            type="button"
            className={isWanted(entry, request.purpose) ? 'file-row' : 'file-row file-other'}
            aria-pressed={entry.name === selected}
            onClick={() => onSelect(entry)}
            onDoubleClick={() => onChoose(entry)}
            onKeyDown={(event) => handleRowKey(event, () => onChoose(entry))}
          >
            {entry.isDirectory ? <Folder size={14} /> : <File size={14} />}
            <span className="truncate">{entry.name}</span>
            <span className="file-size">
              {entry.isDirectory ? '' : formatBytes(entry.sizeBytes)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Arrow keys walk the rows; Enter opens the folder or takes the file. */
function handleRowKey(event: KeyboardEvent<HTMLButtonElement>, choose: () => void): void {
  const item = event.currentTarget.parentElement;
  const next = { ArrowDown: item?.nextElementSibling, ArrowUp: item?.previousElementSibling };
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    next[event.key]?.querySelector('button')?.focus();
  }
  if (event.key !== 'Enter') return;
  event.preventDefault();
  choose();
}
