// Reads what ansible-playbook printed at the end of a run.
import type { Ran } from '../live/nets/nspawn.ts';

export type Recap = Readonly<
  Record<
    string,
    { readonly ok: number; readonly changed: number; readonly failed: number; readonly unreachable: number }
  >
>;

/** By host; empty when the run did not come to its end. */
export function recapOf({ text }: Ran): Recap {
  const [, last = ''] = text.split(/^PLAY RECAP .*$/m);
  const rows = [...last.matchAll(/^(\S+) +: +(.*)$/gm)].map(([, host = '', counts = '']) => {
    const count = (name: string): number => Number(new RegExp(`${name}=(\\d+)`).exec(counts)?.[1] ?? NaN);
    const numbers = {
      ok: count('ok'),
      changed: count('changed'),
      failed: count('failed'),
      unreachable: count('unreachable'),
    };
    return [host, numbers] as const;
  });
  return Object.fromEntries(rows);
}

/** How many changes each host had. */
export const changesOf = (ran: Ran): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(recapOf(ran)).map(([host, { changed }]) => [host, changed]));

/** The last task that ran and what went wrong, for an error that can be read; all of it when it went well. */
export function complaintOf({ code, text }: Ran): string {
  if (code === 0) return 'ok';
  const lines = text.split('\n');
  const first = lines.findIndex((line) => /^(fatal|failed|\[ERROR\]|ERROR)/.test(line));
  return lines
    .slice(Math.max(0, first - 3), first + 40)
    .join('\n')
    .slice(-4000);
}

/** Which tasks changed something, `HOST TASK`. */
export function changedTasksOf({ text }: Ran): readonly string[] {
  let task = '';
  return text.split('\n').flatMap((line) => {
    task = /^(?:TASK|RUNNING HANDLER) \[(.*?)\] \*/.exec(line)?.[1] ?? task;
    const host = /^changed: \[(\S+?)[\] ]/.exec(line)?.[1];
    return host === undefined ? [] : [`${host} ${task}`];
  });
}
