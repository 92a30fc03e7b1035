import { useCallback, useRef, useState } from 'react';

/** A call that changes something, with what a button and an error line need to know about it. */
export interface Action<Input extends unknown[], Output> {
  /** Resolves to the answer, or to `undefined` when it failed (then `error` is set). */
  run: (...input: Input) => Promise<Output | undefined>;
  isRunning: boolean;
  error: unknown;
  clearError: () => void;
}

/** Wraps a call: one at a time, its error kept for the view instead of thrown. */
export function useAction<Input extends unknown[], Output>(
  call: (...input: Input) => Promise<Output>,
): Action<Input, Output> {
  const [isRunning, setIsRunning] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  const busy = useRef(false);
  const run = async (...input: Input) => {
    if (busy.current) return undefined;
    busy.current = true;
    setIsRunning(true);
    setError(undefined);
    try {
      return await call(...input);
    } catch (error) {
      setError(error);
      return undefined;
    } finally {
      busy.current = false;
      setIsRunning(false);
    }
  };
  const clearError = useCallback(() => setError(undefined), []);
  return { run, isRunning, error, clearError };
}
