/** One finding: `missing` is something optional that is not there; `advice` says what to do. */
export interface Finding {
  name: string;
  state: 'ok' | 'missing' | 'problem';
  detail: string;
  advice: string;
}

/** A finding that there is nothing to do about. */
export const ok = (name: string, detail: string): Finding => ({
  name,
  state: 'ok',
  detail,
  advice: '',
});
