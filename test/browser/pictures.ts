// Makes the pictures of the view that the README and docs/see-it.md show: npx node test/browser/pictures.ts
import { createServer } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageAnswer } from '../../functions/kit/http-answer.ts';
import { overviewPage } from '../../functions/views/page/overview-page.ts';
import { launch } from '../support/browser.ts';
import { overviews } from '../support/overviews.ts';
import { listen } from '../support/server.ts';
import { smallPng } from './small-png.ts';

type Picture = {
  readonly of: keyof typeof overviews;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
  /** Pixels of the picture for one of them. */
  readonly scale: number;
};

const phone = { width: 360, height: 720, scale: 2 } as const;
const pictures: Readonly<Record<string, Picture>> = {
  'view-dark': { of: 'dark', ...phone, colorScheme: 'dark' },
  'view-all-well': { of: 'all well', ...phone, colorScheme: 'light' },
  'view-nobody-holds-the-keys': { of: 'nobody holds the keys', ...phone, colorScheme: 'dark' },
  'view-wide': { of: 'dark', width: 1280, height: 900, scale: 1, colorScheme: 'light' },
};

/** What a repository may be asked to carry for a picture. */
const mostBytes = 150_000;

const folder = join(import.meta.dirname, '../../docs/pictures');
mkdirSync(folder, { recursive: true });
const server = await listen(
  createServer(({ url = '' }, response) => {
    const picture = pictures[url.slice(1)];
    const of = picture === undefined ? overviews['all well'] : overviews[picture.of];
    const { status, headers, body } = pageAnswer(200, overviewPage(of, { refreshSeconds: 600 }));
    response.writeHead(status, headers).end(body);
  }),
);
const browser = await launch();
for (const [name, { width, height, colorScheme, scale }] of Object.entries(pictures)) {
  const path = join(folder, `${name}.png`);
  // oxlint-disable no-await-in-loop -- one after the other
  const page = await browser.newPage({
    viewport: { width, height },
    deviceScaleFactor: scale,
    colorScheme,
    locale: 'en-GB',
  });
  await page.goto(`http://${server.address}/${name}`);
  const png = smallPng(await page.screenshot());
  await page.close();
  // oxlint-enable no-await-in-loop
  writeFileSync(path, png);
  if (png.length > mostBytes) throw new Error(`${path} has more than ${mostBytes} bytes`);
}
await browser.close();
await server.close();
