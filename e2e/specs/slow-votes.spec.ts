import { expect, test } from '../fixtures.ts';
import { openPairs, pairs } from '../sea-pairs.ts';

test('a choice made while the vote before it is on its way waits for that one, and both count', async ({
  workbench,
}) => {
  test.skip(workbench.isDesktop, 'the desktop app has no socket to slow down');
  const { page } = workbench;
  let delayMs = 0;
  await page.routeWebSocket(/./, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => void setTimeout(() => socket.send(message), delayMs));
  });
  await page.reload();
  const { evaluate } = await openPairs(workbench, pairs(4, { words: 5 }));
  const { voting } = evaluate;
  await expect(voting).toContainText('Pair 1 of 4');
  // Long enough for the pair after this one to be there, and to be taken as looked at.
  await page.waitForTimeout(600);
  delayMs = 2500;
  await page.keyboard.press('1');
  await expect(voting).toContainText('Pair 2 of 4');
  await page.waitForTimeout(400);
  await page.keyboard.press('3');
  await expect(voting).toContainText('Storing for pair 1: Left is better');
  await expect(voting).toContainText('2 of 4 voted', { timeout: 20_000 });
  await expect(voting).toContainText('Stored for pair 2: Right is better');
});
