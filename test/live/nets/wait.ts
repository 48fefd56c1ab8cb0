// Waits for what a net is to do, never for time, and says what it is waiting for.
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import type { Running } from './process.ts';

const everyMs = 250;
const tellEveryMs = 10_000;

export type Patience = {
  readonly limitMs?: number;
  /** Whose end is the end of waiting, and whose last lines belong into the error. */
  readonly processes?: readonly Running[];
};

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Asks until the answer is neither null nor an exception. */
export async function until<Value>(
  what: string,
  ask: () => Promise<Value | null>,
  patience: Patience = {},
): Promise<Value> {
  const { limitMs = 120_000, processes = [] } = patience;
  const begun = performance.now();
  const logs = (): string => processes.map(({ name, log }) => `\n── ${name}\n${log()}`).join('');
  let toldAt = begun;
  let last = 'not yet';
  for (;;) {
    const dead = processes.find(({ isRunning }) => !isRunning);
    if (dead !== undefined) throw new Error(`${dead.name} ended while waiting for ${what}:\n${dead.log()}`);
    try {
      const value = await ask();
      if (value !== null) return value;
      last = 'not yet';
    } catch (error) {
      last = words(error);
    }
    const now = performance.now();
    if (now - begun > limitMs) throw new Error(`waited ${limitMs} ms for ${what}: ${last}${logs()}`);
    if (now - toldAt >= tellEveryMs) {
      console.log(`waiting for ${what}, ${Math.round((now - begun) / 1000)} s: ${last}`);
      toldAt = now;
    }
    await delay(everyMs);
  }
}

const limit = (): AbortSignal => AbortSignal.timeout(5000);

/** The JSON of a GET, of the shape that is needed from it. */
export async function read<Value>(url: string, schema: z.ZodType<Value>): Promise<Value> {
  const response = await fetch(url, { signal: limit() });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 200)}`);
  const body: unknown = JSON.parse(text);
  return schema.parse(body);
}

/** The result of a JSON-RPC call. */
export async function call<Value>(
  url: string,
  schema: z.ZodType<Value>,
  method: string,
  ...params: readonly unknown[]
): Promise<Value> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: limit(),
  });
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null || !('result' in body)) throw new Error(JSON.stringify(body));
  return schema.parse(body.result);
}
