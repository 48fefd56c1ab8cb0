// The Firestore emulator as a process of its own that says what it has read and written.
import { startFirestore } from '../../local/firestore/server.ts';
import { serveParent } from './parent.ts';

const emulator = await startFirestore();
serveParent({ host: emulator.host }, { counts: () => emulator.counts() });
