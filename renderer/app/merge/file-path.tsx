import { CopyButton } from '../../ui/feedback/copy-button.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import './review-packet.css';

/** Where a file lies, to be copied. */
export function FilePath({ path }: { path: string }) {
  return (
    <p className="row">
      <code className="packet-path">
        <VisibleText text={path} />
      </code>
      <CopyButton text={path} label="Copy the path" />
    </p>
  );
}
