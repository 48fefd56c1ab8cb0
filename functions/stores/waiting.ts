// What the waiting messages of a site show, whether each of them can be read or not.
import { z } from 'zod';
import type { Waiting } from './store.ts';

const due = z.object({ dueAt: z.number() });
const dated = z.object({ channel: z.string(), createdAt: z.number() });

/** `documents` in the order in which they are due. */
export function waitingOf(documents: readonly unknown[]): Waiting {
  const first = due.safeParse(documents[0]);
  const waiting: Record<string, number> = {};
  for (const document of documents) {
    const { success, data } = dated.safeParse(document);
    if (success) waiting[data.channel] = Math.min(data.createdAt, waiting[data.channel] ?? data.createdAt);
  }
  return { nextDueAt: first.success ? first.data.dueAt : null, waiting };
}
