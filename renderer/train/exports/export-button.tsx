import { useState } from 'react';
import { PackageOpen } from 'lucide-react';
import type { Checkpoint } from '../../../shared/domain/run.ts';
import { Button } from '../../ui/button.tsx';
import { ExportDialog } from './export-dialog.tsx';

interface ExportButtonProps {
  checkpoint: Checkpoint;
  /** False after full-parameter training: the checkpoint is a whole model. */
  isAdapter: boolean;
}

/** Opens the dialog that takes a checkpoint out of the workbench. */
export function ExportButton({ checkpoint, isAdapter }: ExportButtonProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        small
        icon={<PackageOpen size={13} />}
        aria-label={`Export epoch ${checkpoint.epoch}`}
        onClick={() => setOpen(true)}
      >
        Export…
      </Button>
      {isOpen && (
        <ExportDialog
          checkpoint={checkpoint}
          isAdapter={isAdapter}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
