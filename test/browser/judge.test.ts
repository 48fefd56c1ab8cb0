// What judges the pages must see what is wrong with one: a judge that is blind passes everything.
import { createServer } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageAnswer } from '../../functions/kit/http-answer.ts';
import { accessibility, launch, openPage, overflow, shows } from '../support/browser.ts';
import { listen, type Listening } from '../support/server.ts';
import { lacks } from '../support/tools.ts';

const style = 'body { color: #111; background: #fff } .faint { color: #ddd } .wide { width: 500px }';
const script = "document.querySelector('h1').textContent = 'Written by the script'";
const pageOf = (main: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title><meta name="viewport" content="width=device-width"><style>${style}</style></head>` +
  `<body><main><h1>Written by the server</h1>${main}</main><script>${script}</script></body></html>`;

const pages: Readonly<Record<string, string>> = {
  '/sound': pageOf('<p>All is well.</p>'),
  '/faint': pageOf('<p class="faint">All is well.</p>'),
  '/wide': pageOf('<p class="wide">All is well.</p>'),
  '/curious': pageOf('<p>All is well.</p><img alt="" src="https://example.net/pixel.png">'),
  '/injected': pageOf('<p onclick="0">All is well.</p><script>document.title = "theirs"</script>'),
};

describe.skipIf(lacks('chromium'))('a page in the browser', () => {
  let browser: Browser;
  let server: Listening;
  let origin: string;
  beforeAll(async () => {
    browser = await launch();
    server = await listen(
      createServer(({ url = '' }, response) => {
        const answer = pageAnswer(200, { html: pages[url] ?? '', style, script });
        response.writeHead(answer.status, answer.headers).end(answer.body);
      }),
    );
    origin = `http://${server.address}`;
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  /** What is found out about a page. */
  async function judge(path: string): Promise<{ barriers: string; wide: string; problems: string }> {
    const { page, problems, close } = await openPage(browser, origin);
    await page.goto(origin + path);
    await shows(page, /Written by the script/);
    const barriers = (await accessibility(page)).join('\n');
    const wide = (await overflow(page, 'phone')).join('\n');
    await close();
    return { barriers, wide, problems: problems().join('\n') };
  }

  test('that is sound has nothing against it', async () => {
    expect(await judge('/sound')).toEqual({ barriers: '', wide: '', problems: '' });
  });

  test('that is hard to read, too wide, or asks elsewhere is found out', async () => {
    expect((await judge('/faint')).barriers).toContain('color-contrast');
    expect((await judge('/wide')).wide).toContain('class="wide"');
    expect((await judge('/curious')).problems).toContain('https://example.net/pixel.png');
    expect((await judge('/injected')).problems).toMatch(/Content Security Policy/);
  });

  test('is what the server wrote where scripts are off', async () => {
    const { page, problems, close } = await openPage(browser, origin, { javaScriptEnabled: false });
    await page.goto(`${origin}/sound`);
    await shows(page, /Written by the server/);
    expect(problems()).toEqual([]);
    await close();
  });
});
