import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../../trainer/testing/open-model.ts';
import { PeerUnavailable, preparePeer } from './peer-packages.ts';

test('without a network the comparison is left out and the reason says what to do', async () => {
  await using folder = await temporaryFolder();
  vi.stubEnv('XDG_CACHE_HOME', folder.path);
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9/');
  vi.stubEnv('npm_config_cache', folder.path);
  vi.stubEnv('npm_config_fetch_retries', '0');
  try {
    const preparing = preparePeer(() => undefined);
    await expect(preparing).rejects.toThrow(PeerUnavailable);
    await expect(preparing).rejects.toThrow(/Check the network/);
  } finally {
    vi.unstubAllEnvs();
  }
});
