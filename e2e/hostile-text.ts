import type { Page } from '@playwright/test';

/** Text that tries to run, to load, to lead away and to lie about its order. */
export const hostileText = [
  'Harmless beginning.',
  '<script>window.name = "owned"</script>',
  '<img src="missing" onerror="window.name = \'owned\'">',
  '<svg onload="window.name = \'owned\'"></svg>',
  '<iframe src="javascript:window.parent.name=\'owned\'"></iframe>',
  '<style>body { display: none }</style>',
  '<form action="https://attacker.example/"><button>Send</button></form>',
  '[a link to press](javascript:window.name="owned")',
  '![a picture](https://attacker.example/pixel.png)',
  'https://attacker.example/bare <https://attacker.example/angled>',
  'holiday\u202egpj.exe\u202c',
].join('\n\n');

/** Everything a page did that no text may make it do. */
export interface Misdeeds {
  dialogs: string[];
  foreignRequests: string[];
  windowNames: string[];
  elements: string[];
}

/** What an innocent page has done. */
export const noMisdeeds: Misdeeds = {
  dialogs: [],
  foreignRequests: [],
  windowNames: [],
  elements: [],
};

const homeOf = (address: string) => {
  const { protocol, host } = new URL(address);
  return `${protocol}//${host}`;
};

/** Watches a page from now on; `report` tells what it did and what stands in it. */
export function watchMisdeeds(page: Page): { report(): Promise<Misdeeds> } {
  const home = homeOf(page.url());
  const dialogs: string[] = [];
  const foreignRequests: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (homeOf(request.url()) !== home) foreignRequests.push(request.url());
  });
  return {
    report: async () => {
      const name = await page.evaluate(() => window.name);
      const elements = await page
        .locator(
          'main :is(script, img, iframe, object, embed, base, link, style, a[href], [onload])',
        )
        .evaluateAll((found) => found.map((element) => element.outerHTML.slice(0, 200)));
      return { dialogs, foreignRequests, windowNames: name === '' ? [] : [name], elements };
    },
  };
}
