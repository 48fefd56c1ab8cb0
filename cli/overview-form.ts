// The forms in which the command line takes the overview and the history of the function `status`, each parsed strictly. The documented schema is
// made of them.
import { z } from 'zod';
import { chainNames } from '../functions/domain/chain.ts';
import { chainStates, signerStates } from '../functions/domain/facts.ts';
import { reasons } from '../functions/domain/sample.ts';
import { shownParts } from '../functions/domain/shown.ts';
import { roles } from '../functions/domain/target.ts';
import { siteVerdicts } from '../functions/domain/verdict.ts';
import { day, dayRollup } from '../functions/stores/history-schemas.ts';
import { glance } from '../functions/stores/kept-schemas.ts';
import { text, time } from '../functions/stores/schemas.ts';
import type { DayAnswer, HistoryAnswer } from '../functions/views/history-answer.ts';
import type { NothingKnown, Overview } from '../functions/views/overview.ts';
import { mute } from './record.ts';

const whole = z.int().min(0);
const ms = z.number().min(0);
const share = z.number().min(0).max(1);
const tone = z.enum(['good', 'doubt', 'bad']);
const seconds = z.int().min(0);

const bar = z.strictObject({ good: seconds, doubt: seconds, bad: seconds, unknown: seconds });

const days = z.strictObject({
  bars: z
    .array(bar.nullable())
    .describe('One for each of the last 90 days, today last; null when nobody looked.'),
  well: share.nullable().describe('Well, of the time in which it was known how it was.'),
  known: share.nullable().describe('Known how it was, of the time since the first look of these days.'),
});

const mapPart = z.strictObject({
  id: z.enum(['watchdog', 'exit', 'house', 'chain', 'standby']),
  tone: z.enum([...tone.options, 'none']),
  name: text,
  state: text,
  text,
});

const standby = glance.shape.standbys.valueType;

const target = z.strictObject({
  id: text,
  role: z.enum(roles),
  quality: z.enum(['good', 'bad', 'unknown']),
  reason: z.enum(reasons).nullable(),
  detail: text.nullable(),
  since: time,
  latencyMs: ms.nullable(),
  p50Ms: ms.nullable(),
  p95Ms: ms.nullable(),
  line: z.array(ms.nullable()).describe('Mean of each of the last 24 hours, the running one last.'),
  days,
  muted: z.boolean(),
});

const signer = z.strictObject({
  id: text,
  chain: z.enum(chainNames),
  state: z.enum(signerStates),
  actAt: time.nullable(),
  silentSince: time.nullable(),
  total: whole,
  silent: whole,
  inactive: whole,
  proof: text.nullable(),
  days,
  keys: glance.shape.keys.valueType.nullable(),
  standby: standby.nullable(),
  muted: z.boolean(),
});

const maintenance = z.strictObject({
  subject: text.nullable(),
  from: time,
  until: time,
  why: text,
  isInForce: z.boolean(),
});

const site = z.strictObject({
  site: text,
  name: text,
  timezone: text,
  watched: z.enum(['yes', 'stale', 'unwatched', 'unreadable']),
  broken: z.array(text).describe('Documents of this site that cannot be read, a sentence each.'),
  tone,
  headline: text,
  verdict: z.enum(siteVerdicts).nullable(),
  verdictSince: time.nullable(),
  because: text.nullable(),
  lastTickAt: time.nullable(),
  latenessMs: ms.nullable(),
  ticks: whole,
  worstLatenessMs: ms.nullable(),
  worstGapMs: ms.nullable(),
  pagesToday: whole.nullable(),
  map: z.array(mapPart),
  open: glance.shape.open,
  moreOpen: whole,
  past: glance.shape.past,
  mutes: z.array(mute),
  windows: z.array(maintenance),
  targets: z.array(target),
  signers: z.array(signer),
  chains: z.array(
    z.strictObject({ id: z.enum(chainNames), state: z.enum(chainStates), detail: text.nullable() }),
  ),
  heartbeats: z.array(z.strictObject({ source: text, sentAt: time.nullable(), isFresh: z.boolean() })),
  power: text.nullable(),
  otherStandbys: z.record(text, standby),
  outbox: glance.shape.outbox
    .extend({
      isUnread: z.boolean().describe('Something is due, and the last look did not see what became of it.'),
    })
    .nullable(),
  days,
  firstDay: day,
  lastDay: day,
});

const hidden = z
  .array(z.enum(shownParts))
  .describe(
    'Parts that this reader is not shown; empty for the operator, and for everybody where all are shown.',
  );

/** What `status` answers at `/overview`. */
export const overviewForm = z.strictObject({
  version: z.literal(1),
  at: time.describe('When it was put together.'),
  readAt: time.describe('When what it rests on was read; earlier than `at` while the store cannot be read.'),
  blind: z.strictObject({ since: time, why: text }).nullable().describe('Null while the store can be read.'),
  summary: z.enum(['well', 'trouble']),
  isPublic: z.boolean().describe('Made for everybody: names, addresses and details are cut.'),
  hidden,
  sites: z.array(site),
}) satisfies z.ZodType<Overview>;

/** What it answers instead, with code 503, while nothing was ever read; `error` says the same in a sentence, as in all refusals. */
export const nothingForm: z.ZodType<NothingKnown> = z.strictObject({
  version: z.literal(1),
  nothing: z.literal(true),
  at: time,
  since: time,
  why: text,
  error: text,
});

const partFields = { bar, well: share.nullable(), ms: z.record(text, ms), changes: whole };
const part = z.strictObject(partFields);

const targetFields = {
  ...partFields,
  measured: whole,
  p50Ms: ms.nullable(),
  p95Ms: ms.nullable(),
  p99Ms: ms.nullable(),
};

const countedFields = {
  ticks: whole,
  worstLatenessMs: ms,
  worstGapMs: ms,
  pages: whole,
  incidents: whole,
  site: part,
  signers: z.record(text, part),
};

const dayRow = z.strictObject({ day, from: time, through: time, ...countedFields });

const about = { version: z.literal(1), at: time, site: text, name: text, timezone: text };
const rest = { broken: z.array(text), hidden };

/** What `status` answers at `/history?site=…`. */
export const historyForm = z.strictObject({
  ...about,
  from: day,
  to: day,
  days: z.array(dayRow),
  total: z
    .strictObject({ ...countedFields, targets: z.record(text, z.strictObject(targetFields)) })
    .nullable(),
  ...rest,
}) satisfies z.ZodType<HistoryAnswer>;

/** What `status` answers at `/history/SITE/DAY`. */
export const dayForm = z.strictObject({
  ...about,
  day,
  isOver: z.boolean(),
  row: dayRow.nullable(),
  targets: z.record(text, z.strictObject({ ...targetFields, line: z.array(ms.nullable()) })),
  incidents: dayRollup.shape.incidents,
  ...rest,
}) satisfies z.ZodType<DayAnswer>;
