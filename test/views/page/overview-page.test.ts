// The view in every situation: a whole document of ours that says what the situation is, and nothing that its reader is not shown.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Overview } from '../../../functions/views/overview.ts';
import { overviewPage } from '../../../functions/views/page/overview-page.ts';
import { publicOverview } from '../../../functions/views/public-overview.ts';
import { decoded, readMarkup } from '../../support/markup.ts';
import {
  hostileSite,
  nowAt,
  open,
  overview,
  overviews,
  signer,
  site,
  target,
} from '../../support/overviews.ts';

const pageOf = (of: Overview, over: { readonly canLeave?: boolean } = {}) =>
  overviewPage(of, { refreshSeconds: 20, ...over });

/** As it is read, with one blank between words. */
const textOf = (of: Overview): string => readMarkup(pageOf(of).html).text.replace(/\s+/g, ' ');

const second = 1_000;
const minute = 60_000;

describe.each(Object.entries(overviews))('%s', (_, of) => {
  test('is a whole document, which asks nobody else for anything', () => {
    const { html, style, script } = pageOf(of);
    expect(readMarkup(html).problems).toEqual([]);
    expect(html).toContain(`<style>${style}</style>`);
    expect(html).toContain(`<script>${script ?? 'none'}</script>`);
  });

  test('has its headings in order', () => {
    const levels = readMarkup(pageOf(of).html).elements.flatMap(({ name }) =>
      /^h[1-6]$/.test(name) ? [Number(name.slice(1))] : [],
    );
    const steps = levels.map((level, index) => level - (levels[index - 1] ?? 0));
    expect(Math.max(...steps)).toBe(1);
  });

  test('says the headline of each site, and names each of its parts', () => {
    const text = textOf(of);
    for (const { targets, signers } of of.sites) {
      for (const { id } of [...targets, ...signers]) expect(text).toContain(id);
    }
    const { elements } = readMarkup(pageOf(of).html);
    expect(elements.filter(({ name }) => name === 'h2')).toHaveLength(of.sites.length);
  });

  test('is the same until something happens or a minute is over', () => {
    const later = { ...of, at: of.at + 50 * second };
    expect(pageOf(later).html).toBe(pageOf(of).html);
  });
});

describe('what it says', () => {
  const headlines: [keyof typeof overviews, string[]][] = [
    [
      'all well',
      ['Well Home', 'All is well', 'Targets: all 6 answer', 'every message was taken', 'looks every minute'],
    ],
    [
      'dark',
      [
        'Dark Home',
        'Dark since 02:53',
        'Open now: 1 incident',
        'Anna is on it',
        '41 %',
        'no keys on it',
        '0.17 USD so far',
      ],
    ],
    ['degraded', ['Partly down Home', 'Targets: 1 of 6 do not answer as they should', 'no answer in time']],
    ['vpn down', ['Cut off Home', 'VPN exit does not answer']],
    [
      'not signing',
      ['Not signing Home', 'does not sign', '3 silent', 'Nobody has said yet that they are on it.'],
    ],
    [
      'nobody holds the keys',
      [
        'Nobody may sign with these keys.',
        'Not before 03:26 (02:26 UTC), in 12 min',
        'Before: the house.',
        'Generation 5.',
      ],
    ],
    [
      'keys in the cloud',
      [
        'held by the cloud: node bw-eth-1-2-0a1b2c3d in europe-west3-b',
        'holds keys',
        'protected from deletion',
      ],
    ],
    [
      'zombie',
      ['Trouble Home', 'Safety:', 'It goes on paging until somebody has stated the cause.', 'quiet hours'],
    ],
    ['blind watcher', ['Blind Home', 'not known']],
    [
      'store down',
      [
        'I cannot read my memory since 03:09 (02:09 UTC), for 5 min. Below is what I knew at 03:08 (02:08 UTC).',
      ],
    ],
    ['stale', ['Nobody watches Home', 'All below is how it was 02:32 (01:32 UTC), 42 min ago.']],
    ['unwatched', ['Not watched yet Home', 'Nobody has looked yet.']],
    [
      'muted',
      [
        'Nobody is woken of this site until 05:00 (04:00 UTC): a new UPS (Anna)',
        'Nobody will be woken of geth-p2p from 08:14',
      ],
    ],
    ['500 targets', ['Targets: 3 of 500 do not answer as they should', '460 more targets: all answer']],
    ['two sites', ['All of Cabin']],
  ];
  test.each(headlines)('of "%s"', (name, words) => {
    const text = textOf(overviews[name]);
    for (const word of words) expect(text).toContain(word);
  });

  test('what is not well stands open, and what is well of several sites is folded', () => {
    const { elements } = readMarkup(pageOf(overviews['two sites']).html);
    const details = elements.filter(({ name }) => name === 'details');
    const ids = (isOpen: boolean): string[] =>
      details
        .filter(({ attributes }) => attributes.some(({ name }) => name === 'open') === isOpen)
        .flatMap(({ attributes }) => attributes.flatMap(({ name, value }) => (name === 'id' ? [value] : [])));
    expect(ids(true)).toEqual(['incident-home.site.home.20261201T015307Z']);
    expect(ids(false)).toEqual(['all-cabin', 'legend']);
  });

  test('nobody is sent to a client of which nobody may sign', () => {
    const advice = 'Look at the validator client';
    expect(textOf(overviews['not signing'])).toContain(advice);
    expect(textOf(overviews['nobody holds the keys'])).not.toContain(advice);
  });

  test('a day without data is none, and never well', () => {
    const text = pageOf(overviews['a year with holes']).html;
    expect(text).toMatch(
      /aria-label="90 days: \d\d\.\d+ % well of the known time, \d\d(?:\.\d+)? % of the time is known, 28 days without data, 1 day of which less than half is known, worst 17 Nov: 0 %"/,
    );
    expect(textOf(overviews.unwatched)).toContain('no data yet');
    expect(pageOf(overviews.unwatched).html).toContain('aria-label="90 days: no data"');
  });

  test('never says that all of it was well when some of it was not', () => {
    const nearly = { good: 86_399, doubt: 0, bad: 1, unknown: 0 };
    const bars = Array.from({ length: 90 }, () => nearly);
    const of = overview([site({ days: { bars, well: 86_399 / 86_400, known: 1 } })]);
    expect(textOf(of)).toContain('99.99 % well');
  });

  test('whose keys they are cannot be told when their flag cannot be read', () => {
    const keys = { isReadable: false, why: 'the keys database did not answer' } as const;
    const text = textOf(overview([site({ signers: [signer({ keys })] })]));
    expect(text).toContain('It is not known who holds the keys. the keys database did not answer');
    expect(textOf(overview([site({ signers: [signer({ keys: null })] })]))).toContain('Keys not read yet');
  });

  test('keys on a node that never held any are not passed over', () => {
    const { standby } = overviews.dark.sites[0]?.signers[0] ?? { standby: null };
    const of = standby === null ? null : { ...standby, keys: 'present' as const };
    expect(textOf(overview([site({ signers: [signer({ standby: of })] })]))).toContain('KEYS ARE ON IT');
  });

  test('a wait that is over is said to be over, and not counted on', () => {
    const keys = {
      isReadable: true,
      holder: 'none',
      generation: 5,
      since: nowAt - 50 * minute,
      by: 'anna',
      former: 'node/my-project/europe-west3-b/bw-eth-1',
      notBefore: nowAt - 2 * minute,
    } as const;
    const text = textOf(overview([site({ signers: [signer({ keys })] })]));
    expect(text).toContain('The wait is over since 03:12 (02:12 UTC). Ask the guard');
    expect(text).toContain('Before: the cloud: node bw-eth-1 in europe-west3-b.');
  });

  test('channels that do not take messages, and messages that wait', () => {
    const outbox = {
      isUnread: false,
      at: nowAt,
      waiting: { phone: nowAt - 12 * minute, telegram: nowAt - minute },
      failing: { telegram: { since: nowAt - 20 * minute, times: 4, outcome: 'HTTP 401' } },
    };
    const text = textOf(overview([site({ outbox })]));
    expect(text).toContain(
      'telegram does not take messages since 02:54 (01:54 UTC), for 20 min, 4 times. HTTP 401',
    );
    expect(text).toContain('phone: a message waits for 12 min.');
    expect(text).not.toContain('every message was taken');
  });

  test('that nobody knows what became of a message that is due is not that it was taken', () => {
    const unread = { at: nowAt - 3 * minute, waiting: {}, failing: {}, isUnread: true };
    const text = textOf(overview([site({ outbox: unread })]));
    expect(text).toMatch(
      /A message is due, and it is not known what became of it: it was last looked at .*3 min ago/,
    );
    expect(text).not.toContain('every message was taken');
    expect(textOf(overview())).toMatch(/every message was taken as of \d\d:\d\d/);
  });

  test('a document that cannot be read names itself', () => {
    const broken = ['sites/home: it does not parse'];
    const text = textOf(overview([site({ broken, watched: 'unreadable', verdict: null, tone: 'bad' })]));
    expect(text).toContain('Not readable Home');
    expect(text).toContain('sites/home: it does not parse.');
  });

  test('times of a day that is not today, and of a site in UTC', () => {
    const incident = open({ since: nowAt - 26 * 60 * minute });
    expect(textOf(overview([site({ open: [incident] })]))).toContain(
      'since 30 Nov 01:14 (00:14 UTC), for 26 h 00 min',
    );
    const late = open({ since: Date.UTC(2026, 10, 30, 23, 30) });
    expect(textOf(overview([site({ open: [late] })]))).toContain('since 00:30 (30 Nov 23:30 UTC)');
    expect(textOf(overview([site({ open: [late], timezone: 'UTC' })]))).toContain(
      'since 30 Nov 23:30 UTC, for 2 h 44 min',
    );
  });
});

describe('for everybody', () => {
  test('parts that are hidden leave no empty places', () => {
    const text = textOf(overviews['public, nothing']);
    expect(text).toContain(
      'This is the public view. Its owner shows only how it is; no addresses and no names.',
    );
    expect(
      readMarkup(pageOf(overviews['public, nothing']).html).elements.filter(({ name }) => name === 'section'),
    ).toEqual([]);
  });

  test('nothing leads to what only the operator is shown', () => {
    for (const name of ['public, usual', 'public, everything', 'public, signers only'] as const) {
      const { html } = pageOf(overviews[name]);
      expect(html).not.toContain('href="incidents/');
      expect(html).not.toContain('href="overview"');
      expect(html).not.toContain('Keys</dt>');
      for (const secret of ['anna', 'Anna', 'bw-eth', 'europe-west3', 'basement/', 'telegram']) {
        expect(html).not.toContain(secret);
      }
    }
  });

  test('standbys of signers that are not shown are not said to be of signers that are gone', () => {
    const text = textOf(publicOverview(overviews.dark, ['standbys']));
    expect(text).toContain('Nodes in the cloud that stand by.');
    expect(text).not.toMatch(/Other standbys|not configured any more|keys are on it/);
  });

  test('history is linked only where it is shown', () => {
    expect(pageOf(overviews['public, usual']).html).toContain('href="history/home"');
    expect(pageOf(overviews['public, signers only']).html).not.toContain('history/');
  });
});

describe('text from elsewhere', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', '`', '\u0000', '\u202e', ' ', 'a', '\ud800'),
      maxLength: 60,
    }),
    fc.constantFrom('</title>', '</style><script>', '--><!--', ']]>', '&amp;lt;', 'javascript:', '</svg>'),
  );
  const texts = fc.record({
    html: text,
    quotes: text,
    reversed: text,
    emoji: text,
    long: text,
    unbroken: text,
    control: text,
  });

  test('of any kind stays text', () => {
    fc.assert(
      fc.property(texts, (given) => {
        const { html } = pageOf(overview([hostileSite(given)]));
        // What names an address is somebody's text here, and no link.
        const { problems, elements } = readMarkup(html);
        expect(problems.filter((problem) => problem !== 'it names an address elsewhere')).toEqual([]);
        expect(elements.filter(({ name }) => name === 'script')).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });

  test('is all there, but for what turns it around or cannot be printed', () => {
    const { html } = pageOf(overviews['hostile texts']);
    expect(decoded(html)).toContain(`"' onmouseover="alert(1)" style='color:red' \`&amp;&#x3c;`);
    expect(html.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });
});

describe('size', () => {
  test('of fifty targets and ninety days is under 100,000 bytes', () => {
    expect(Buffer.byteLength(pageOf(overviews['50 targets, 90 days']).html)).toBeLessThan(100_000);
  });
  test('of five hundred targets is under 200,000 bytes, whatever is wrong with them', () => {
    const targets = (overviews['500 targets'].sites[0]?.targets ?? []).map((each) =>
      target({ ...each, quality: 'bad', reason: 'misadvertised', detail: 'x'.repeat(200) }),
    );
    expect(targets).toHaveLength(500);
    expect(Buffer.byteLength(pageOf(overviews['500 targets']).html)).toBeLessThan(200_000);
    expect(Buffer.byteLength(pageOf(overview([site({ targets })])).html)).toBeLessThan(200_000);
  });
});

describe('without scripts and with them', () => {
  test('it comes again by itself', () => {
    const { html } = overviewPage(overviews.dark, { refreshSeconds: 2 });
    expect(html).toContain('<noscript><meta http-equiv="refresh" content="30"></noscript>');
    expect(html).toContain('data-every="2"');
  });

  test('it knows when it was put together', () => {
    expect(pageOf(overviews.dark).html).toContain('data-at="03:14 (02:14 UTC)"');
  });

  test('who has a session may end it', () => {
    expect(pageOf(overviews.dark, { canLeave: true }).html).toContain(
      '<form class="leave" method="post" action="leave">',
    );
    expect(pageOf(overviews.dark).html).not.toContain('action="leave"');
  });

  test('what is said aloud changes with the state, and not with the minutes', () => {
    const states = (of: Overview): string[] =>
      readMarkup(pageOf(of).html).elements.flatMap(({ attributes }) =>
        attributes.flatMap(({ name, value }) => (name === 'data-state' ? [value] : [])),
      );
    expect(states({ ...overviews.dark, at: nowAt + 5 * minute })).toEqual(states(overviews.dark));
    expect(states(overviews['all well'])).toEqual(['good Well']);
    expect(states(overviews.dark)).not.toEqual(states(overviews['vpn down']));
  });
});
