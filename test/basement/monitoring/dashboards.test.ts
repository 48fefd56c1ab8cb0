// The dashboards of a basement: each question is one that Prometheus understands, about metrics that exist, from whatever data source is chosen.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { lacks, tool } from '../../support/tools.ts';
import {
  allRules,
  dashboardFiles,
  dashboardOf,
  knownMetrics,
  metricsIn,
  pathOf,
  questionsOf,
  read,
} from './monitoring.ts';

const execute = promisify(execFile);
const questions = dashboardFiles.flatMap((file) => questionsOf(dashboardOf(file)));

test('there are four', () => {
  expect(dashboardFiles).toEqual(['basement', 'node', 'validator', 'watchdog']);
});

describe.each(dashboardFiles)('%s', (file) => {
  const dashboard = dashboardOf(file);

  test('has panels with a title, an id of their own, a unit and a question, none over another', () => {
    const { panels } = dashboard;
    expect(panels.map(({ id }) => id)).toEqual([...new Set(panels.map(({ id }) => id))]);
    const shown = panels.filter(({ type }) => type !== 'row');
    expect(shown.length).toBeGreaterThan(10);
    expect(
      shown.filter(({ targets, fieldConfig }) => targets.length === 0 || fieldConfig === undefined),
    ).toEqual([]);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(cells.length).toBe(new Set(cells).size);
    expect(panels.filter(({ gridPos }) => gridPos.x + gridPos.w > 24)).toEqual([]);
  });

  test('leaves the choice of the data source, first of all', () => {
    const [first, ...others] = dashboard.templating.list;
    expect(first).toMatchObject({ name: 'datasource', type: 'datasource' });
    expect(others.filter(({ type, datasource }) => type !== 'query' || datasource === undefined)).toEqual([]);
    // Whatever variable a question has is one that can be chosen.
    const used = new Set(
      [...read(`basement/monitoring/dashboards/${file}.json`).matchAll(/\$(\w+)/g)].map(([, name]) => name),
    );
    const offered = new Set(others.map(({ name }) => name));
    expect([...used].filter((name) => name !== undefined && !offered.has(name))).toEqual([]);
  });
});

describe('what is asked for', () => {
  test.skipIf(lacks('prometheus'))('is understood by Prometheus', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'watchdog-dashboards-'));
    try {
      const path = join(folder, 'questions.yml');
      const rules = questions.map((expr, place) => ({ record: `question:${place}`, expr }));
      writeFileSync(path, JSON.stringify({ groups: [{ name: 'questions', rules }] }));
      const { stdout } = await execute(tool('prometheus').path, ['check', 'rules', path]);
      expect(stdout).toContain(`SUCCESS: ${rules.length} rules found`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const asked = new Set([...questions, ...allRules.map(({ expr }) => expr)].flatMap(metricsIn));
  const known = new Set(knownMetrics.flatMap(({ metrics }) => metrics));

  test('are metrics that are known, and none is known in vain', () => {
    expect(asked.size).toBeGreaterThan(100);
    expect([...asked].filter((metric) => !known.has(metric))).toEqual([]);
    expect([...known].filter((metric) => !asked.has(metric))).toEqual([]);
  });

  test.each(
    knownMetrics.flatMap(({ from, written, metrics }) =>
      written === undefined ? [] : [{ from, written, metrics }],
    ),
  )('of $from is written there', ({ written, metrics }) => {
    const text = readdirSync(pathOf(written), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
    // The fence puts its names together from a beginning that is always the same.
    const isWritten = (metric: string): boolean =>
      text.includes(metric) || text.includes(`"${metric.replace('watchdog_fence_', '')}"`);
    expect(metrics.filter((metric) => !isWritten(metric))).toEqual([]);
  });

  test('and was not seen is said in the README, with its source', () => {
    const readme = read('basement/monitoring/README.md').replaceAll('`', '').replaceAll('\n', ' ');
    const unseen = knownMetrics.filter(({ seen }) => !seen);
    expect(unseen.length).toBeGreaterThan(0);
    const missing = unseen.filter(
      ({ source, metrics }) =>
        source === undefined ||
        !readme.includes(source) ||
        metrics.some((metric) => !readme.includes(metric)),
    );
    expect(missing).toEqual([]);
  });
});
