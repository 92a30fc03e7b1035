import {
  defaultPreferences,
  type PersonalSettings,
  type Preferences,
  type PreferencesChange,
} from '../../shared/contract/settings.ts';
import { rpc } from './client.ts';
import { queryClient } from './query-client.ts';
import { useQuery, type QueryResult } from './use-query.ts';

const key = ['app.settings'];

/** What this person has set on this machine. */
export function useSettings(): QueryResult<PersonalSettings> {
  return useQuery(key, () => rpc.app.settings(), ['settings']);
}

/** One preference of this person; its default until the core has answered. */
export function usePreference<Name extends keyof Preferences>(name: Name): Preferences[Name] {
  return useSettings().data?.[name] ?? defaultPreferences[name];
}

/** Changes preferences for good, in this window at once. */
export async function changeSettings(change: PreferencesChange): Promise<void> {
  queryClient.setQueryData(key, await rpc.app.changeSettings(change));
}
