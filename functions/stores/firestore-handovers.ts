// Records of handovers in Firestore: one document for each signer, written by `watch` alone.
import type { Firestore } from '@google-cloud/firestore';
import { ask } from './ask.ts';
import { change, read } from './firestore-document.ts';
import { handoverCodec, handoverPath } from './handover-schemas.ts';
import type { HandoverStore } from './store.ts';

export function openFirestoreHandovers(db: Firestore, deadlineMs: number): HandoverStore {
  return {
    readHandover: (signer) => {
      const path = handoverPath(signer);
      return ask(path, async () => read(handoverCodec, await db.doc(path).get()), { deadlineMs });
    },
    changeHandover: (signer, alter) => {
      const path = handoverPath(signer);
      return ask(
        path,
        () => change(db.doc(path), handoverCodec, (before) => ({ next: alter(before), result: undefined })),
        { deadlineMs },
      );
    },
  };
}
