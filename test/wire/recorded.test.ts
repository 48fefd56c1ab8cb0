// What real clients answered is read: every recording, by the schema of its route.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { describe, expect, test } from 'vitest';
import * as beacon from '../../functions/wire/beacon.ts';
import * as comet from '../../functions/wire/comet.ts';
import * as execution from '../../functions/wire/execution.ts';
import { readJson } from '../../functions/wire/read.ts';
import { readRecording } from '../support/recorded.ts';
import type { Exchange } from '../support/recorded.ts';

const routes: readonly (readonly [path: RegExp, schema: z.ZodType])[] = [
  [/^\/eth\/v1\/beacon\/genesis$/, beacon.genesis],
  [/^\/eth\/v1\/config\/spec$/, beacon.spec],
  [/^\/eth\/v1\/node\/syncing$/, beacon.syncing],
  [/^\/eth\/v1\/node\/peer_count$/, beacon.peerCount],
  [/^\/eth\/v1\/beacon\/headers\/head$/, beacon.header],
  [/^\/eth\/v1\/beacon\/states\/head\/fork$/, beacon.fork],
  [/^\/eth\/v1\/beacon\/states\/head\/validators/, beacon.validators],
  [/^\/eth\/v1\/validator\/duties\/attester\//, beacon.attesterDuties],
  [/^\/eth\/v2\/beacon\/blocks\//, beacon.block],
  [/^\/status$/, comet.status],
  [/^\/net_info$/, comet.netInfo],
  [/^\/validators/, comet.validators],
  [/^\/commit/, comet.commit],
];

const calls: Readonly<Record<string, z.ZodType>> = {
  eth_chainId: execution.chainId,
  net_peerCount: execution.peerCount,
  eth_syncing: execution.syncing,
  eth_getBlockByNumber: execution.block,
};

function schemaOf({ path, status, requestBody }: Exchange): z.ZodType | null {
  const method = requestBody === undefined ? undefined : /"method":"(\w+)"/.exec(requestBody)?.[1];
  if (method !== undefined) return calls[method] ?? null;
  if (status === 500 && /^\/(commit|validators)/.test(path)) return comet.failure;
  if (status !== 200) return null;
  return routes.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

const root = fileURLToPath(new URL('../fixtures/recorded', import.meta.url));
const scenes = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const [net = '', scene = '', name = ''] = file.replace('.json', '').split('/');
    return { scene: `${net}/${scene}`, node: name };
  });

describe('recordings', () => {
  test.each(scenes)('$scene of $node', ({ scene, node }) => {
    const { exchanges } = readRecording(scene, node);
    const read = exchanges.flatMap((exchange) => {
      const schema = schemaOf(exchange);
      if (schema === null) return [];
      const answer = readJson(schema, exchange.body);
      return [`${exchange.path} ${answer.ok ? 'is read' : answer.detail}`];
    });
    expect(read.length).toBeGreaterThan(0);
    expect(read.filter((line) => !line.endsWith(' is read'))).toEqual([]);
  });
});
