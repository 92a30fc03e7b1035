import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { hideSendBack, useShell } from '../shell-store.ts';
import { FilePath } from './file-path.tsx';

/** Where a packet that was just closed lies, and what becomes of it. */
export function SendBackDialog() {
  const path = useShell((state) => state.sendBack);
  if (path === null) return null;
  return (
    <Dialog
      title="Send this file back"
      onClose={hideSendBack}
      footer={
        <Button variant="primary" data-autofocus onClick={hideSendBack}>
          Done
        </Button>
      }
    >
      <p>The packet is closed, and all that you judged is in this one file:</p>
      <FilePath path={path} />
      <p className="dim">
        Send it to whoever gave it to you: they merge it into their project. Keep it until they have
        done so; opened again it goes on where you were.
      </p>
    </Dialog>
  );
}
