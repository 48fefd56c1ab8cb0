// What each function can reach through its imports, held against the table of who may touch what.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const importing =
  /(?:import|export)\s+(?!type\b)[^'";]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|import\s+'([^']+)'/g;

type Edge = { readonly from: string; readonly to: string };

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(importing)].flatMap((match) => match[1] ?? match[2] ?? match[3] ?? []);
}

/** Files and packages that are loaded, or can be, when `start` is. `cut` says which edges do not count. */
function reach(start: string, cut: (edge: Edge) => boolean): Set<string> {
  const seen = new Set<string>();
  const queue = [start];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    if (!file.endsWith('.ts')) continue;
    for (const specifier of importsOf(file)) {
      const to = specifier.startsWith('.')
        ? relative(root, resolve(root, dirname(file), specifier))
        : specifier;
      if (!cut({ from: file, to })) queue.push(to);
    }
  }
  return seen;
}

// A configuration is one file, and the options of every probe and channel are part of its schema: config may name the registries.
// What makes a probe or a channel act is in run.ts and send.ts, which no schema needs.
const isSchemaEdge = ({ from, to }: Edge): boolean =>
  from.startsWith('functions/config/') && /^functions\/(probes|channels|chains)\//.test(to);

const entries = readdirSync(join(root, 'functions/entry'))
  .filter(
    (name) =>
      name.endsWith('.ts') &&
      ![
        'gate-keys.ts',
        'gate-signers.ts',
        'limits.ts',
        'link-keys.ts',
        'links.ts',
        'sites.ts',
        'telling.ts',
        'view-access.ts',
        'witnesses.ts',
      ].includes(name),
  )
  .map((name) => name.replace(/\.ts$/, ''));

type Room = 'probes' | 'chains' | 'channels' | 'cloud' | 'stores' | 'compute';
const mayReach: Readonly<Record<string, readonly Room[]>> = {
  watch: ['probes', 'chains', 'cloud', 'stores'],
  deliver: ['channels', 'stores'],
  status: ['stores'],
  ack: ['cloud', 'stores'],
  daily: ['stores'],
  heartbeat: ['cloud', 'stores'],
  gate: ['cloud', 'stores'],
  witness: ['probes'],
  provision: ['cloud', 'stores', 'compute'],
};

const reaches: Readonly<Record<Room, (file: string) => boolean>> = {
  probes: (file) => file.startsWith('functions/probes/'),
  chains: (file) => file.startsWith('functions/chains/'),
  channels: (file) => file.startsWith('functions/channels/'),
  cloud: (file) => file.startsWith('functions/cloud/'),
  stores: (file) => file.startsWith('functions/stores/'),
  compute: (file) => file.startsWith('@google-cloud/compute'),
};

describe('what a function can reach', () => {
  test('every entry is in the table', () => {
    expect(entries.toSorted()).toEqual(Object.keys(mayReach).toSorted());
  });

  test.each(entries)('%s reaches the rooms that it may touch and no other', (entry) => {
    const files = [...reach(`functions/entry/${entry}.ts`, isSchemaEdge)];
    for (const [room, isIn] of Object.entries(reaches)) {
      const found = files.filter(isIn);
      const isAllowed = mayReach[entry]?.some((allowed) => allowed === room) ?? false;
      expect(found.length > 0, `${entry} and ${room}: ${found.join(', ') || 'nothing'}`).toBe(isAllowed);
    }
  });

  test.each(entries)('%s loads nothing that makes another function act, schemas included', (entry) => {
    const files = reach(`functions/entry/${entry}.ts`, () => false);
    expect(files.has('functions/channels/send.ts')).toBe(entry === 'deliver');
    expect(files.has('functions/flows/message-links.ts')).toBe(entry === 'deliver');
    expect(files.has('functions/probes/run.ts')).toBe(entry === 'watch' || entry === 'witness');
    expect(files.has('functions/chains/run.ts')).toBe(entry === 'watch');
  });

  test('nothing under functions/ reaches cli, local or lab', () => {
    const files = [...reach('functions/index.ts', () => false)];
    expect(files.filter((file) => /^(cli|local|lab)\//.test(file))).toEqual([]);
    expect(files.filter((file) => file.startsWith('functions/entry/')).length).toBeGreaterThan(
      entries.length,
    );
  });

  test('an entry is short, for it only composes', () => {
    for (const entry of entries) {
      const lines = readFileSync(join(root, `functions/entry/${entry}.ts`), 'utf8').split('\n').length;
      expect(lines, `functions/entry/${entry}.ts`).toBeLessThanOrEqual(40);
    }
  });
});
