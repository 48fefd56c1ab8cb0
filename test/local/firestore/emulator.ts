// What the emulator's tests share: an emulator with official clients that end with the test, and bare gRPC calls.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import type { Firestore } from '@google-cloud/firestore';
import { onTestFinished } from 'vitest';
import { loadProtos } from '../../../local/firestore/protos.ts';
import {
  startFirestore,
  type FirestoreEmulator,
  type FirestoreOptions,
} from '../../../local/firestore/server.ts';
import { officialClient } from './official-client.ts';

export const databaseName = 'projects/test/databases/main';

export function documentName(path: string): string {
  return `${databaseName}/documents/${path}`;
}

export function connect(host: string, databaseId = 'main'): Firestore {
  const client = officialClient(host, databaseId);
  onTestFinished(() => client.terminate());
  return client;
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'watchdog-firestore-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function open(
  options: FirestoreOptions = {},
): Promise<{ readonly emulator: FirestoreEmulator; readonly client: Firestore }> {
  const emulator = await startFirestore(options);
  onTestFinished(() => emulator.close());
  return { emulator, client: connect(emulator.host) };
}

/** Calls a method as it is on the wire, without the official client's checks and retries. */
export type Raw = {
  (method: string, request: object): Promise<Record<string, unknown>>;
  /** Cancels the calls that are open. */
  readonly hangUp: () => void;
};

const { service } = loadProtos();

export function raw(host: string): Raw {
  const channel = new Client(host, credentials.createInsecure());
  onTestFinished(() => channel.close());
  const open = new Set<{ readonly cancel: () => void }>();
  const call = (name: string, request: object) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const method = service[name];
      if (method === undefined) throw new Error(`no method ${name}`);
      const { path: route, requestSerialize, responseDeserialize } = method;
      if (!method.responseStream) {
        const answer = channel.makeUnaryRequest(
          route,
          requestSerialize,
          responseDeserialize,
          request,
          (error, value) => {
            if (error === null) resolve({ ...value });
            else reject(error);
          },
        );
        open.add(answer);
        return;
      }
      const answers: object[] = [];
      const stream = channel.makeServerStreamRequest(route, requestSerialize, responseDeserialize, request);
      open.add(stream);
      stream.on('data', (answer: object) => answers.push(answer));
      stream.on('error', reject);
      stream.on('end', () => resolve({ answers }));
    });
  const hangUp = (): void => {
    for (const each of open) each.cancel();
  };
  return Object.assign(call, { hangUp });
}

/** Numbers of the statuses that tests expect, as the client shows them. */
export const code = {
  invalid: 3,
  notFound: 5,
  exists: 6,
  exhausted: 8,
  precondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;
