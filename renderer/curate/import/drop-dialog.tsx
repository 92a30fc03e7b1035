import { useEffect, useState } from 'react';
import { X } from 'lucide-react';
import { formatBytes, formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { lastFolder } from '../../ui/files/file-dialog.tsx';
import { PathField } from '../../ui/files/path-field.tsx';
import { Checkbox, Select } from '../../ui/inputs/inputs.tsx';
import {
  showCurateDialog,
  useCurate,
  type AskedOfDrop,
  type DroppedFile,
} from '../curate-store.ts';
import {
  encodingOf,
  importFormats,
  textEncodings,
  type RequestedEncoding,
} from './import-dialog.tsx';
import { placeIn, startImports } from './start-imports.ts';
import './import-dialog.css';

const close = () => showCurateDialog(null);

const show = (files: readonly DroppedFile[]) =>
  files.length === 0 ? close() : showCurateDialog({ kind: 'drop', files });

interface DropDialogProps {
  files: readonly DroppedFile[];
  /** What it begins with: of the import whose failures are corrected here. */
  asked?: AskedOfDrop;
}

/** Asks where dropped files lie, as far as they were not found, and imports them together. */
export function DropDialog({ files, asked }: DropDialogProps) {
  const [format, setFormat] = useState(asked?.format ?? 'auto');
  const [encoding, setEncoding] = useState<RequestedEncoding>(asked?.encoding ?? 'auto');
  const [dryRun, setDryRun] = useState(asked?.dryRun ?? false);
  useFound(files.length);
  const start = useAction(() => {
    const batch = `window-${Date.now()}`;
    const how = { format, dryRun, batch, ...encodingOf(encoding) };
    return startImports(files.map(({ path }) => ({ path: path.trim(), ...how })));
  });
  const missing = files.filter(({ path }) => path.trim() === '').length;
  const change = (changed: DroppedFile, path: string) => {
    show(files.map((file) => (file === changed ? { ...file, path } : file)));
    void findBeside(path, changed.name);
  };
  return (
    <Dialog
      title={`Import ${formatQuantity(files.length, 'dropped file')}`}
      isWide
      onClose={close}
      footer={
        <>
          {missing > 0 && <span className="dim small">{missingText(missing)}</span>}
          <span className="spacer" />
          <Button onClick={close}>Cancel</Button>
          <EditButton
            variant="primary"
            disabled={missing > 0}
            isBusy={start.isRunning}
            onClick={() => void start.run()}
          >
            {`${dryRun ? 'Check' : 'Import'} ${formatQuantity(files.length, 'file')}`}
          </EditButton>
        </>
      }
    >
      <p className="import-note">
        A page is not told where a dropped file lies, and large dumps are read straight from the
        disk. Files of the same name and size are looked for in the folder that was used last, and
        beside each that you choose.
      </p>
      <ul className="import-dropped" aria-label="Dropped files">
        {files.map((file, index) => (
          <li key={index}>
            <PathField
              label={labelOf(file)}
              value={file.path}
              onValue={(path) => change(file, path)}
              request={{ purpose: 'import', title: `Where is “${file.name}”?` }}
              isFirst={index === 0}
            />
            <IconButton
              label={`Leave out ${file.name}`}
              onClick={() => show(files.toSpliced(index, 1))}
            >
              <X size={15} />
            </IconButton>
          </li>
        ))}
      </ul>
      <div className="import-pair">
        <Select label="Format" value={format} options={importFormats} onValue={setFormat} />
        <Select label="Encoding" value={encoding} options={textEncodings} onValue={setEncoding} />
      </div>
      <Checkbox
        label="Dry run: only report what would happen"
        isChecked={dryRun}
        onChecked={setDryRun}
      />
    </Dialog>
  );
}

const labelOf = ({ name, sizeBytes }: DroppedFile) =>
  sizeBytes > 0 ? `${name} (${formatBytes(sizeBytes)})` : name;

const missingText = (count: number) =>
  count === 1 ? 'One file is still to be found.' : `${count} files are still to be found.`;

/** Looks for the files of a drop where one was chosen last, and again when more are dropped. */
function useFound(count: number): void {
  useEffect(() => {
    if (count > 0) void findIn(lastFolder());
  }, [count]);
}

/** The folder of a file that was chosen under its own name likely holds the others. */
async function findBeside(path: string, name: string): Promise<void> {
  const folder = path.slice(0, -name.length);
  if (path.endsWith(name) && /^.+[\\/]$/.test(folder)) await findIn(folder);
}

async function findIn(folder: string | undefined): Promise<void> {
  // A guess: where the folder cannot be read, the files are chosen one by one.
  const listing = await rpc.files
    .list(folder === undefined ? {} : { path: folder })
    .catch(() => null);
  const { dialog } = useCurate.getState();
  if (listing && dialog?.kind === 'drop') show(placeIn(listing.entries, dialog.files));
}
