// One scene of a net: the same questions to each of its nodes through a recorder, and the answers in a file per node.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Recording } from '../../support/recorded.ts';
import { startRecorder } from '../nets/recorder.ts';

/** `GET` of a path, or a body to `POST` there. */
export type Question = { readonly path: string; readonly body?: unknown };

export type Asked = {
  /** Names the file. */
  readonly name: string;
  readonly url: string;
  readonly client: string;
  readonly questions: readonly Question[];
};

const root = new URL('../../fixtures/recorded/', import.meta.url);

export const get = (...paths: readonly string[]): Question[] => paths.map((path) => ({ path }));

/** The calls of a JSON-RPC server. */
export const rpc = (...calls: readonly (readonly [method: string, ...params: unknown[]])[]): Question[] =>
  calls.map(([method, ...params]) => ({ path: '/', body: { jsonrpc: '2.0', id: 1, method, params } }));

async function put(url: string, { path, body }: Question): Promise<void> {
  const options = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const response = await fetch(
    `${url}${path}`,
    body === undefined ? {} : { ...options, body: JSON.stringify(body) },
  );
  await response.text();
}

async function answersOf({ url, client, questions }: Asked): Promise<Recording> {
  const recorder = await startRecorder(url);
  try {
    const at = Date.now();
    for (const question of questions) await put(recorder.url, question);
    return { at, client, exchanges: [...recorder.exchanges()] };
  } finally {
    await recorder.close();
  }
}

/** Replaces the recordings of this scene, e.g. `ethereum/healthy`. Nodes are asked at the same time, for their answers are compared. */
export async function recordScene(scene: string, nodes: readonly Asked[]): Promise<void> {
  const recordings = await Promise.all(
    nodes.map(async (node) => ({ name: node.name, recording: await answersOf(node) })),
  );
  const folder = new URL(`${scene}/`, root);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, recording } of recordings) {
    const text = `${JSON.stringify(recording, null, 1)}\n`;
    writeFileSync(fileURLToPath(new URL(`${name}.json`, folder)), text);
    console.log(`recorded ${scene}/${name}: ${recording.exchanges.length} answers, ${text.length} bytes`);
  }
}
