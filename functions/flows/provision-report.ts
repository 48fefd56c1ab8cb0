// What a node's agent publishes, read strictly: the node is a stranger, and whoever broke into it writes what he likes.
import { z } from 'zod';
import type { Heard } from '../domain/standby/situation.ts';
import { keyWords, reportStates } from '../domain/standby/standby.ts';
import { plainLine } from '../kit/plain-line.ts';

const mostChars = 16_384;
const whole = z.int().min(0).nullish();
const words = z.string().max(2_000).nullish();

const schema = z.strictObject({
  version: z.literal(1),
  at: z.iso.datetime({ offset: true }),
  keys: z.enum(keyWords),
  state: z.enum(reportStates),
  percent: z.number().min(0).max(100).nullish(),
  etaSeconds: z.number().min(0).max(1e9).nullish(),
  peers: whole,
  head: whole,
  software: words,
  usedGib: z.number().min(0).max(1e6).nullish(),
  text: words,
});

const line = (text: string | null | undefined, most: number): string | null =>
  text === null || text === undefined ? null : plainLine(plainLine(text).slice(0, most));

/** JSON knows a zero with a sign; documents do not. */
const amount = (value: number | null | undefined, times = 1): number | null =>
  value === null || value === undefined ? null : Math.abs(value * times);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Null is that nothing was published. What does not parse tells where, and nothing of what it holds. */
export function readReport(published: string | null): Heard {
  if (published === null) return { kind: 'nothing' };
  if (published.length > mostChars) return { kind: 'malformed', text: 'it is too long' };
  const result = schema.safeParse(parseJson(published));
  if (!result.success) {
    const [issue] = result.error.issues;
    const field = Object.keys(schema.shape).find((name) => name === issue?.path[0]);
    return { kind: 'malformed', text: field === undefined ? 'as a whole' : `at ${field}` };
  }
  const { at, keys, state, percent, etaSeconds, peers, head, software, usedGib, text } = result.data;
  return {
    kind: 'report',
    report: {
      at: Date.parse(at),
      keys,
      state,
      percent: amount(percent),
      etaMs: amount(etaSeconds, 1000),
      peers: amount(peers),
      head: amount(head),
      version: line(software, 100),
      usedGib: amount(usedGib),
      text: line(text, 300),
    },
  };
}
