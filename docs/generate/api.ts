// Writes what the function `status` answers: every path for people, and the schema of the overview for programs.
import { z } from 'zod';
import { dayForm, historyForm, nothingForm, overviewForm } from '../../cli/overview-form.ts';
import { keptDays } from '../../functions/domain/history/history.ts';
import { shownParts } from '../../functions/domain/shown.ts';

type File = { readonly path: string; readonly text: string };

const code = (text: string): string => `\`${text}\``;

/** What programs check an answer of `/overview` by; the answers of `/history` are among its definitions. */
export function overviewSchemaFile(): File {
  const schema = {
    title: 'What the function status answers at /overview',
    description:
      'Times are whole epoch milliseconds, days are UTC, shares are 0 to 1. Fields are added within a version, and neither removed nor changed.',
    ...z.toJSONSchema(overviewForm),
    $defs: {
      nothing: z.toJSONSchema(nothingForm),
      history: z.toJSONSchema(historyForm),
      day: z.toJSONSchema(dayForm),
    },
  };
  return { path: 'docs/reference/overview.schema.json', text: `${JSON.stringify(schema, null, 2)}\n` };
}

const at = Date.UTC(2026, 11, 1, 2, 14, 7);
const days = { bars: [null, { good: 8_047, doubt: 0, bad: 0, unknown: 0 }], well: 1, known: 1 };

/** Each example is parsed by its form, so none can be of yesterday. */
const overviewExample = overviewForm.parse({
  version: 1,
  at,
  readAt: at,
  blind: null,
  summary: 'well',
  isPublic: true,
  hidden: ['targets', 'signers', 'standbys', 'watchdog'],
  sites: [
    {
      site: 'home',
      name: 'Home',
      timezone: 'Europe/Berlin',
      watched: 'yes',
      broken: [],
      tone: 'good',
      headline: 'All is well since 01:00, for 2 h 14 min.',
      verdict: 'ok',
      verdictSince: at - 8_047_000,
      because: 'everything answers',
      lastTickAt: at - 7_000,
      latenessMs: null,
      ticks: 0,
      worstLatenessMs: null,
      worstGapMs: null,
      pagesToday: 0,
      map: [{ id: 'house', tone: 'good', name: 'house', state: 'answers', text: '' }],
      open: [],
      moreOpen: 0,
      past: [],
      mutes: [],
      windows: [],
      targets: [],
      signers: [],
      chains: [],
      heartbeats: [],
      power: null,
      otherStandbys: {},
      outbox: null,
      days,
      firstDay: '2026-09-03',
      lastDay: '2026-12-01',
    },
  ],
});

const part = {
  bar: { good: 85_980, doubt: 0, bad: 420, unknown: 0 },
  well: 0.99513,
  ms: { ok: 85_980_000, dark: 420_000 },
  changes: 2,
};
const counted = {
  ticks: 1_440,
  worstLatenessMs: 900,
  worstGapMs: 61_000,
  pages: 1,
  incidents: 1,
  site: part,
  signers: {},
};
const midnight = Date.UTC(2026, 10, 30);
const row = { day: '2026-11-30', from: midnight, through: midnight + 86_400_000, ...counted };
const rpc = {
  bar: part.bar,
  well: part.well,
  ms: { good: 85_980_000, bad: 420_000 },
  changes: 2,
  measured: 1_433,
  p50Ms: 38,
  p95Ms: 64,
  p99Ms: 122,
};
const about = { version: 1, at, site: 'home', name: 'Home', timezone: 'Europe/Berlin' };

const historyExample = historyForm.parse({
  ...about,
  from: '2026-11-30',
  to: '2026-11-30',
  days: [row],
  total: { ...counted, targets: { rpc } },
  broken: [],
  hidden: [],
});

const dayExample = dayForm.parse({
  ...about,
  day: '2026-11-30',
  isOver: true,
  row,
  targets: { rpc: { ...rpc, line: [38, null, 41] } },
  incidents: [
    {
      id: 'home.site.home.20261130T031200Z',
      subject: 'site/home',
      kind: 'dark',
      severity: 'critical',
      openedAt: midnight + 11_520_000,
      resolvedAt: midnight + 11_940_000,
    },
  ],
  broken: [],
  hidden: [],
});

const nothingExample = nothingForm.parse({
  version: 1,
  nothing: true,
  at,
  since: at - 60_000,
  why: 'ERR_STORE: the store failed about sites: UNAVAILABLE',
  error:
    'nothing is known since 2026-12-01T02:13:07.000Z: ERR_STORE: the store failed about sites: UNAVAILABLE',
});

/** `who`: beside the operator, who shows the token, or came in by a link or by the token in a browser. */
type Path = {
  readonly path: string;
  readonly who: string;
  readonly text: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly errors?: string;
  readonly example: string;
};

const ask = (path: string): string => `curl -H "authorization: Bearer $STATUS_TOKEN" "$STATUS_URL${path}"`;
const json = (command: string, answer: unknown): string => `${command}\n\n${JSON.stringify(answer, null, 1)}`;

const inPublic = 'everybody where the status is public, as far as it is shown';
const operator = 'the operator alone';

const paths: readonly Path[] = [
  {
    path: 'GET /',
    who: inPublic,
    text: 'The view, for whoever prefers HTML; for programs the state of all sites with facts and judgement as it was before there was a view. New programs read `/overview`.',
    errors: '503 as `/overview`, for the view',
    example: ask('/'),
  },
  {
    path: 'GET /overview',
    who: inPublic,
    text: 'All that the view is made of, as [overview.schema.json](overview.schema.json) says. Read at most once in ten seconds, however many ask. `blind` is set while what is remembered cannot be read: then the sites are those of `readAt`.',
    errors: '503 while nothing was ever read: `nothing` and `why`, and a `retry-after`',
    example: `${json(ask('/overview'), overviewExample)}\n\n${JSON.stringify(nothingExample, null, 1)}`,
  },
  {
    path: 'GET /history',
    who: 'everybody where `history` is shown; parts only where they are shown',
    text: `Days of a site, oldest first, and all of them together with percentiles of each target. Days are UTC; at most ${keptDays}, as long as they are kept. A day on which nobody looked is missing.`,
    parameters: {
      site: 'id of the site; required',
      from: 'first day, e.g. `2026-11-01`; 30 days before `to` by default',
      to: 'last day; today by default',
    },
    errors: '400 for days that are none, in the wrong order, or too many; 404 for a site that there is not',
    example: json(ask('/history?site=home&from=2026-11-30&to=2026-11-30'), historyExample),
  },
  {
    path: 'GET /history/SITE',
    who: 'as `/history`',
    text: `The last ${keptDays} days: as a calendar for whoever prefers HTML, else as \`/history\`.`,
    errors: '404 for a site that there is not',
    example: ask('/history/home'),
  },
  {
    path: 'GET /history/SITE/DAY',
    who: 'as `/history`',
    text: 'All that was counted on one day, hour by hour: as a page, or as JSON. `row` is null when nobody looked.',
    errors: '400 for a day that is none; 404 for a site that there is not',
    example: json(ask('/history/home/2026-11-30'), dayExample),
  },
  {
    path: 'GET /metrics',
    who: inPublic,
    text: 'The overview in the text of OpenMetrics. What nobody looks at is absent.',
    errors: '503 as `/overview`',
    example: ask('/metrics'),
  },
  {
    path: 'GET /badge/SITE.svg',
    who: 'everybody with `badge: public`, which is so by default where the status is public',
    text: 'One word about the site, to stand on other pages.',
    errors: '404 for a site that there is not',
    example: 'curl "$STATUS_URL/badge/home.svg"',
  },
  {
    path: 'GET /incidents',
    who: operator,
    text: 'The newest incidents.',
    parameters: {
      site: 'of one site only',
      open: '`1` for open ones only',
      limit: '1 to 100; 20 by default',
    },
    errors: '400 for a word that is not known or is wrong; 404 for a site that there is not',
    example: ask('/incidents?site=home&open=1'),
  },
  {
    path: 'GET /incidents/ID',
    who: operator,
    text: 'One incident with its timeline and messages: as a page, or as JSON.',
    errors: '400 for what is no id; 404 when there is none of it',
    example: ask('/incidents/home.site.home.20261130T031200Z'),
  },
  {
    path: 'GET /maintenance',
    who: operator,
    text: 'What is muted, by hand and by the configuration.',
    parameters: { site: 'of one site only' },
    errors: '404 for a site that there is not',
    example: ask('/maintenance'),
  },
  {
    path: 'GET /standbys',
    who: operator,
    text: 'All standbys, what they cost, and what runs and nobody wants.',
    example: ask('/standbys'),
  },
  {
    path: 'GET /drills',
    who: operator,
    text: 'Drills that are asked for, run, and went, and their snapshots.',
    example: ask('/drills'),
  },
  {
    path: 'GET /caller',
    who: operator,
    text: 'The address that the request came from, as the function sees it.',
    example: ask('/caller'),
  },
  {
    path: 'GET /link',
    who: 'who shows the token; nobody who came in by a link',
    text: 'A link that opens the view for whoever has it: `url`, and `until` when.',
    parameters: { for: 'from `1m` to `30d`; `3d` by default' },
    errors: '400 for a duration that is none',
    example: ask('/link?for=12h'),
  },
  {
    path: 'POST /enter',
    who: 'everybody',
    text: 'Takes the token (form field `token`) or what stands behind the `#` of a link (`text/plain`), and gives a cookie for it.',
    errors: '401 with what is wrong; 411, 413, 415 for another body',
    example: 'curl -c cookies -d "token=$STATUS_TOKEN" "$STATUS_URL/enter"',
  },
  {
    path: 'POST /leave',
    who: 'everybody',
    text: 'Takes the cookie away.',
    example: 'curl -b cookies -c cookies -X POST "$STATUS_URL/leave"',
  },
];

function section({ path, who, text, parameters, errors, example }: Path): string {
  const rows = Object.entries(parameters ?? {}).map(([name, words]) => `| ${code(name)} | ${words} |`);
  const table = rows.length === 0 ? [] : [['| parameter | |', '| --- | --- |', ...rows].join('\n')];
  return [
    `## ${path}`,
    text,
    `Who may ask: ${who}.`,
    ...table,
    ...(errors === undefined ? [] : [`Errors: ${errors}.`]),
    `\`\`\`console\n${example}\n\`\`\``,
  ].join('\n\n');
}

/** Every path, who may ask for it, what may be asked, and an example. */
export function apiPage(): File {
  const text = `<!-- Written by docs/generate/api.ts; the forms of the answers are in cli/overview-form.ts. -->

# What \`status\` answers

The function \`status\` reads and never writes. How to open the view, and who sees what of it, is in [see it](../see-it.md); here is what programs need.

- **Who asks.** The operator shows the token (\`authorization: Bearer TOKEN\`), or has come in by the token or a link, which is a cookie. Everybody else gets 401, or what a public status shows:
  of ${shownParts.map(code).join(', ')} what is in \`show\`. What is hidden from a reader is in \`hidden\`; its fields are empty or null.
- **Answers** are JSON, or a page where one is said and the \`accept\` header prefers HTML. Errors are \`{"error": "…"}\` and say what would be right: 400 for a question that is wrong, 401 without access, 404 for what is not there, 405 for
  another method, 500 for a mistake of ours, 503 while nothing can be known.
- **Times** are whole epoch milliseconds; days are UTC and written \`2026-12-01\`; shares are 0 to 1; what is not known is null, and never good.
- **Asking often** costs nothing: answers have an \`etag\`, and \`if-none-match\` gives 304 with no body. Public ones may be kept for ten seconds.
- **Versions.** Within \`version: 1\` fields are added, and neither removed nor changed.

${paths.map(section).join('\n\n')}
`;
  return { path: 'docs/reference/api.md', text };
}
