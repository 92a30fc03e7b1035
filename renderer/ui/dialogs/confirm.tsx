import type { ReactNode } from 'react';
import { create } from 'zustand';
import { Button } from '../button.tsx';
import { Dialog } from './dialog.tsx';

/** A question before something that touches much or cannot be taken back. */
export interface Confirmation {
  title: string;
  body: ReactNode;
  /** The verb on the button: never just "OK". */
  confirmLabel: string;
  /** What is left as it is, where "Cancel" would be taken for the action itself. */
  refuseLabel?: string;
  isDangerous?: boolean;
}

interface Pending {
  question: Confirmation;
  answer: (isConfirmed: boolean) => void;
}

const useConfirmStore = create<{ pending: Pending | null }>(() => ({ pending: null }));

/** Asks; resolves to true only when the person pressed the button. */
export function confirmAction(question: Confirmation): Promise<boolean> {
  useConfirmStore.getState().pending?.answer(false);
  return new Promise((resolve) => {
    useConfirmStore.setState({ pending: { question, answer: resolve } });
  });
}

/** Shows the pending question; mounted once by the shell. */
export function ConfirmHost() {
  const pending = useConfirmStore((state) => state.pending);
  if (!pending) return null;
  const { question, answer } = pending;
  const close = (isConfirmed: boolean) => {
    useConfirmStore.setState({ pending: null });
    answer(isConfirmed);
  };
  return (
    <Dialog
      title={question.title}
      onClose={() => close(false)}
      footer={
        <>
          <Button
            onClick={() => close(false)}
            // A hasty Enter must not do what cannot be taken back.
            data-autofocus={question.isDangerous === true || undefined}
          >
            {question.refuseLabel ?? 'Cancel'}
          </Button>
          <Button
            variant={question.isDangerous ? 'danger' : 'primary'}
            onClick={() => close(true)}
            data-autofocus={question.isDangerous !== true || undefined}
          >
            {question.confirmLabel}
          </Button>
        </>
      }
    >
      <div>{question.body}</div>
    </Dialog>
  );
}
