import { expect, test } from '../fixtures.ts';

test('the window opens signed in and greets a person without a project', async ({ workbench }) => {
  await expect(workbench.page.getByRole('button', { name: /new project/i }).first()).toBeVisible();
});

test('an injected script is not run and a foreign address is not asked', async ({
  workbench,
  pageProblems,
}) => {
  const { page } = workbench;
  await expect(page.locator('#root > *').first()).toBeVisible();
  const outcome = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.name = "injected"';
    document.body.append(script);
    const fetched = await fetch('https://example.org/').then(
      () => 'answered',
      () => 'blocked',
    );
    return { fetched, name: window.name };
  });
  expect(outcome).toEqual({ fetched: 'blocked', name: '' });
  await expect.poll(() => pageProblems.join('\n')).toContain('Executing inline script');
  await expect
    .poll(() => pageProblems.join('\n'))
    .toContain("Connecting to 'https://example.org/'");
  pageProblems.splice(0);
});
