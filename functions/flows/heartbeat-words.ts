// What senders in the house may say, read strictly: jobs, UPSs, fences, leased ports.
import { z } from 'zod';
import type { Word } from '../domain/hear.ts';
import { powerStates } from '../domain/facts.ts';
import type { ToldPort } from '../domain/lease.ts';
import { WatchdogError } from '../kit/error.ts';
import { firstIssue } from '../kit/first-issue.ts';
import { plainLine } from '../kit/plain-line.ts';
import { redactText } from '../kit/redact.ts';

/** What a body says; whatever it does not say is as in a plain word. */
export type Said = Partial<Pick<Word, 'sentAt' | 'says' | 'failure' | 'power' | 'alerts' | 'fences'>>;

const longestLine = 200;

/** One line without anything that is no text, cut; addresses with credentials are cut down to their host. */
export function oneLine(text: string, longest = longestLine): string {
  const clean = redactText(plainLine(text));
  const characters = Array.from(clean);
  return characters.length <= longest ? clean : `${characters.slice(0, longest - 1).join('')}…`;
}

/** The last line of a body that says something: that is where programs say why they failed. */
export function lastWords(body: Buffer): string {
  const lines = body.toString('utf8').split(/\r?\n|\r/);
  return oneLine(lines.findLast((line) => line.trim() !== '') ?? '');
}

const earliest = Date.UTC(2000, 0, 1);
const secondsUntil = 1e11;

/** Epoch seconds or milliseconds, or an ISO time, as epoch milliseconds. */
const moment = z
  .union([
    z.number().transform((value) => (value < secondsUntil ? value * 1000 : value)),
    z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  ])
  .transform((value) => Math.round(value))
  .refine((value) => value >= earliest && value <= 8.64e15, 'is no time');

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,39}$/, 'must be 1 to 40 of A-Z, a-z, 0-9 and ._@-');

const powerFields = {
  ups: name.default('ups'),
  state: z.enum(powerStates),
  charge: z.number().min(0).max(100).nullish(),
  /** Seconds. */
  runtime: z
    .number()
    .min(0)
    .max(7 * 86_400)
    .nullish(),
};
const power = z.strictObject(powerFields);
const powerBody = z.strictObject({ ...powerFields, at: moment.optional() });

const fence = z.strictObject({
  signer: name,
  instance: name.or(z.string().regex(/^[A-Za-z0-9-]{1,64}$/)),
  generation: z.int().min(0),
  running: z.boolean(),
  version: z.string().min(1).max(40).nullish(),
  /** Seconds. */
  isolation: z
    .int()
    .min(0)
    .max(7 * 86_400)
    .nullish(),
  breakGlass: z.boolean().nullish(),
});

const port = z.strictObject({ target: name, port: z.int().min(1).max(65_535), validUntil: moment });

const ports = z
  .array(port)
  .max(64)
  .refine(
    (all) => new Set(all.map(({ target }) => target)).size === all.length,
    'must name each target once',
  );

const reportBody = z.strictObject({
  at: moment.optional(),
  power: z.union([power, z.array(power).max(4)]).optional(),
  fences: z.array(fence).max(40).optional(),
  ports: ports.optional(),
});

function parse<Value>(schema: z.ZodType<Value>, value: unknown, what: string): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new WatchdogError('ERR_REQUEST', `${what}: ${firstIssue(parsed.error)}`);
}

function powerOf({ ups, state, charge, runtime }: z.output<typeof power>): Word['power'][number] {
  return {
    ups,
    state,
    charge: charge ?? null,
    runtimeMs: runtime === null || runtime === undefined ? null : runtime * 1000,
  };
}

function fenceOf({
  running,
  version,
  isolation,
  breakGlass,
  ...rest
}: z.output<typeof fence>): Word['fences'][number] {
  const isolationS = isolation ?? 0;
  return {
    ...rest,
    isRunning: running,
    version: version === null || version === undefined ? null : oneLine(version, 40),
    // None at all would stop a client at once; it is what a fence says that has no such time.
    isolationMs: isolationS === 0 ? null : isolationS * 1000,
    breakGlass: breakGlass === true,
  };
}

/** News of a UPS: `{"state": "on-battery", "ups": "ups", "charge": 87, "runtime": 720, "at": 1796177647}`. Throws ERR_REQUEST. */
export function readPower(value: unknown): Said {
  const { at, ...said } = parse(powerBody, value, 'the news of the UPS');
  return { says: 'lives', sentAt: at ?? null, power: [powerOf(said)] };
}

/** What a report says; which of its ports may be used is not decided here. */
export type Report = { readonly said: Said; readonly ports: readonly ToldPort[] };

/**
 * Everything of a house in one message: `{"at": …, "power": {…}, "fences": [{"signer", "instance", "generation", "running", "version",
 * "isolation", "breakGlass"}], "ports": [{"target", "port", "validUntil"}]}`, of a fence the last three optional. Throws ERR_REQUEST.
 */
export function readReport(value: unknown, signers: readonly string[]): Report {
  const report = parse(reportBody, value ?? {}, 'the report');
  const fences = report.fences ?? [];
  const stranger = fences.find(({ signer }) => !signers.includes(signer));
  if (stranger !== undefined) {
    const known = signers.join(', ') || 'none';
    throw new WatchdogError(
      'ERR_REQUEST',
      `the report: fences name a signer that is not configured; there is ${known}`,
    );
  }
  return {
    said: {
      says: 'well',
      sentAt: report.at ?? null,
      power: [report.power ?? []].flat().map(powerOf),
      fences: fences.map(fenceOf),
    },
    ports: report.ports ?? [],
  };
}
