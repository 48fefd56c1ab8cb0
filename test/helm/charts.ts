// The charts as they lie in the repository, with the values that each of them is tried with.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

const top = fileURLToPath(new URL('../..', import.meta.url));
const matrix = fileURLToPath(new URL('values', import.meta.url));

/** What a namespace has to allow, so that pods can start in it. */
export type PodSecurity = 'restricted' | 'privileged';

export type Values = {
  readonly name: string;
  readonly path: string;
  readonly podSecurity: PodSecurity;
  readonly text: string;
};

export type Chart = {
  readonly name: string;
  readonly folder: string;
  readonly isLibrary: boolean;
  /** It is for a whole cluster, in which it is there once. */
  readonly isOnce: boolean;
  /** The first is `default`, the least that it can be installed with. */
  readonly values: readonly Values[];
};

const definition = z.object({
  type: z.string().default('application'),
  annotations: z.record(z.string(), z.string()).default({}),
});

function saysPrivileged(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, one]) => (key === 'podSecurity' && one === 'privileged') || saysPrivileged(one),
  );
}

function valuesIn(folder: string): Values[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const read = files.map((file): Values => {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    return {
      name: basename(file, '.yaml'),
      path,
      podSecurity: saysPrivileged(parse(text)) ? 'privileged' : 'restricted',
      text,
    };
  });
  const rank = ({ name }: Values): number => (name === 'default' ? 0 : 1);
  return read.toSorted((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}

function chartsIn(folder: string): Chart[] {
  const folders = [folder, ...readdirSync(folder).map((name) => join(folder, name))];
  return folders
    .filter((each) => existsSync(join(each, 'Chart.yaml')))
    .map((each) => {
      const { type, annotations } = definition.parse(parse(readFileSync(join(each, 'Chart.yaml'), 'utf8')));
      const name = basename(each);
      return {
        name,
        folder: each,
        isLibrary: type === 'library',
        isOnce: annotations['basement-watchdog/once'] === 'true',
        values: valuesIn(join(matrix, name)),
      };
    });
}

const chartsFolder = join(top, 'basement/helm');

/** Every chart of the repository. */
export const charts: readonly Chart[] = [chartsFolder, join(top, 'basement/monitoring')].flatMap(chartsIn);

/** Those that can be installed. */
export const applications: readonly Chart[] = charts.filter(({ isLibrary }) => !isLibrary);

export function chart(name: string): Chart {
  const found = charts.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no chart ${name}`);
  return found;
}

/** One of its files of values; `default` when none is named. */
export function valuesOf(name: string, values = 'default'): Values {
  const found = chart(name).values.find((each) => each.name === values);
  if (found === undefined) throw new Error(`test/helm/values/${name}/${values}.yaml is not there`);
  return found;
}
