// How the channels do, in Firestore: one document, written only when it changes.
import type { Firestore } from '@google-cloud/firestore';
import { type ChannelAttempt, noteAttempts } from '../domain/delivery.ts';
import { ask } from './ask.ts';
import { change, read } from './firestore-document.ts';
import { healthCodec, healthPath } from './health.ts';
import type { OutboxStore, WatchStore } from './store.ts';

function note(db: Firestore, attempts: readonly ChannelAttempt[]): Promise<void> {
  return change(db.doc(healthPath), healthCodec, (health) => {
    const before = health?.channels ?? {};
    const channels = noteAttempts(before, attempts);
    return { next: channels === before ? null : { channels }, result: undefined };
  });
}

/** See `OutboxStore` and `WatchStore`. */
export function openFirestoreHealth(
  db: Firestore,
  deadlineMs: number,
): Pick<OutboxStore, 'noteAttempts'> & Pick<WatchStore, 'loadChannels'> {
  return {
    noteAttempts: async (attempts) => {
      if (attempts.length > 0) await ask(healthPath, () => note(db, attempts), { deadlineMs });
    },
    loadChannels: () =>
      ask(healthPath, async () => read(healthCodec, await db.doc(healthPath).get())?.channels ?? {}, {
        deadlineMs,
      }),
  };
}
