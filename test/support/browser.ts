// Chromium of Debian for tests: pages of our own servers, what they do wrong, and pictures of them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { vi } from 'vitest';
import { z } from 'zod';
import { tool } from './tools.ts';

/** CSS pixels: the narrowest phone that is still about, a usual one, and a desktop. */
export const widths = { narrow: 320, phone: 360, desktop: 1440 } as const;
export type Width = keyof typeof widths;

const height = 800;
/** How long a page may take to show what is expected of it. */
const patienceMs = 60_000;

/** One page, and everything that went wrong on it. */
export type Opened = {
  readonly page: Page;
  /** Errors and warnings of the console, scripts that failed, what the policy of the page forbade, and requests that failed or left its server. */
  readonly problems: () => readonly string[];
  /** Does something while nothing that the page asks for by script is answered, so that it does not change meanwhile. */
  readonly still: <Result>(act: () => Promise<Result>) => Promise<Result>;
  readonly close: () => Promise<void>;
};

export function launch(): Promise<Browser> {
  // Who runs the gate may be root, for whom its sandbox does not start; it only ever sees our own pages.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--font-render-hinting=none'];
  return chromium.launch({ executablePath: tool('chromium').path, args });
}

/** A page in a session of its own that may speak to `origin` and `others` only: whatever else it asks for is a problem, and gets no answer. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
  others: readonly string[] = [],
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: widths.phone, height },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    ...options,
  });
  context.setDefaultTimeout(patienceMs);
  const problems: string[] = [];
  await context.route(
    (url) => url.origin !== origin && !others.includes(url.origin) && url.protocol !== 'data:',
    async (route) => {
      problems.push(`asked for ${route.request().url()}`);
      await route.abort();
    },
  );
  let held: Promise<void> = Promise.resolve();
  await context.route(`${origin}/**`, async (route) => {
    if (route.request().resourceType() === 'fetch') await held;
    await route.continue();
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      problems.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', (error) => problems.push(`script: ${error.message}`));
  return {
    page,
    problems: () => problems,
    still: async (act) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      try {
        return await act();
      } finally {
        resolve();
      }
    },
    close: () => context.close(),
  };
}

const violations = z.array(
  z.object({
    id: z.string(),
    help: z.string(),
    nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
  }),
);
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe-core finds wrong, a text each with the element it is about. */
export async function accessibility(page: Page): Promise<string[]> {
  const options = JSON.stringify({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
  if (await page.evaluate('typeof axe === "undefined"')) await page.evaluate(axe.source);
  const found: unknown = await page.evaluate(`axe.run(document, ${options}).then((all) => all.violations)`);
  return violations
    .parse(found)
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary = '' }) => `${id}: ${help}: ${html}\n${failureSummary}`),
    );
}

const overflowing = `(() => {
  const root = document.scrollingElement;
  const wide = [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > root.clientWidth + 1);
  return root.scrollWidth <= root.clientWidth ? [] : wide.slice(0, 3).map((each) => each.outerHTML.slice(0, 200)).concat(root.scrollWidth + ' px');
})()`;

/** What sticks out to the right at this width; empty when nothing has to be scrolled sideways. */
export async function overflow(page: Page, width: Width): Promise<string[]> {
  await page.setViewportSize({ width: widths[width], height });
  return z.array(z.string()).parse(await page.evaluate(overflowing));
}

/** What a reader sees, closed parts left out. */
export const shownText = async (page: Page): Promise<string> =>
  z.string().parse(await page.evaluate('document.body.innerText'));

/** All that the page says, what is folded away as well. */
export const wholeText = async (page: Page): Promise<string> =>
  z.string().parse(await page.evaluate('document.body.textContent'));

/** Resolves when the page shows this; rejects with what it shows instead. It must come by itself: nothing is loaded again here. */
export async function shows(page: Page, words: RegExp): Promise<void> {
  // The policy of the pages forbids what the driver would wait with.
  await vi.waitFor(
    async () => {
      const text = await shownText(page);
      if (!words.test(text)) throw new Error(`the page does not show ${String(words)}, but:\n${text}`);
    },
    { timeout: patienceMs, interval: 100 },
  );
}

const folder = process.env['WATCHDOG_ARTEFACTS'] ?? join(import.meta.dirname, '../../test-artefacts');

/** Keeps a picture of the whole page as `NAME.png` where the README says. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
