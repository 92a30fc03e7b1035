import { FolderOpen } from 'lucide-react';
import { Button } from '../button.tsx';
import { showErrorToast } from '../feedback/toast.tsx';
import { TextInput } from '../inputs/inputs.tsx';
import { chooseFile, type FileRequest } from './file-chooser.ts';
import './path-field.css';

interface PathFieldProps {
  label: string;
  value: string;
  onValue: (path: string) => void;
  request: FileRequest;
  error?: string | undefined;
  /** Gets the focus when its dialog opens. */
  isFirst?: boolean;
}

/** A path that can be typed or chosen. */
export function PathField({ label, value, onValue, request, error, isFirst }: PathFieldProps) {
  const browse = async () => {
    try {
      const path = await chooseFile(request);
      if (path !== null) onValue(path);
    } catch (error) {
      showErrorToast(error);
    }
  };
  return (
    <div className="path-field">
      <TextInput
        label={label}
        value={value}
        onValue={onValue}
        error={error}
        data-autofocus={isFirst}
      />
      <Button icon={<FolderOpen size={14} />} onClick={() => void browse()}>
        Browse…
      </Button>
    </div>
  );
}
