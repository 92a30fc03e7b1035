import { isNativeError } from 'node:util/types';
import { createContext, Script } from 'node:vm';

// A thread of V8 watches scripts with a time limit: it stops also what never comes back to us.
const watched = new Script('work()');
const realm: { work?: () => void } = createContext({});

/** Does something that may never end, such as running a stranger's template; null where it did not. */
export function callInTime<Value>(work: () => Value, timeoutMs: number): { value: Value } | null {
  let done: { value: Value } | null = null;
  realm.work = () => {
    done = { value: work() };
  };
  try {
    watched.runInContext(realm, { timeout: timeoutMs });
    return done;
  } catch (error) {
    if (isTimeout(error)) return null;
    throw error;
  }
}

// It is an error of the script's own realm, so `instanceof` does not know it.
const isTimeout = (error: unknown) =>
  isNativeError(error) && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
