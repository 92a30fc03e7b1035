import { useReadOnlyNotice } from '../rpc/project.ts';
import { Button, type ButtonProps } from './button.tsx';

/** A button that leads to a change of the project: it says why while the project takes none. */
export function EditButton(props: ButtonProps) {
  const notice = useReadOnlyNotice();
  return <Button {...props} {...(notice !== null && { disabled: true, title: notice })} />;
}
