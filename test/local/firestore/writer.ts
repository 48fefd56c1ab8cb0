// A process that writes pairs of documents until it is killed, and prints the number of each pair that was acknowledged.
import { startFirestore } from '../../../local/firestore/server.ts';
import { officialClient } from './official-client.ts';

const [dataDir = ''] = process.argv.slice(2);
const emulator = await startFirestore({ dataDir });
const client = officialClient(emulator.host);

async function write(lane: number): Promise<void> {
  for (let index = 0; ; index += 1) {
    const id = `${lane}-${index}`;
    const batch = client.batch();
    batch.set(client.doc(`left/${id}`), { index, text: 'x'.repeat(2000) });
    batch.set(client.doc(`right/${id}`), { index });
    batch.set(client.doc(`lanes/${lane}`), { index });
    await batch.commit();
    process.stdout.write(`${id}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map(write));
