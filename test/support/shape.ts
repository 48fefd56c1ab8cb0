// The shape of JSON: every path in it with the type that stands there, so that a pretend answer can be held against a real one.
import type { Exchange } from './recorded.ts';
import { readRecording } from './recorded.ts';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'string') return typeof value;
  return value.startsWith('0x') ? 'hex' : 'string';
}

function pathsOf(value: unknown, path: string): string[] {
  const own = `${path}: ${typeOf(value)}`;
  if (Array.isArray(value)) return [own, ...value.flatMap((each) => pathsOf(each, `${path}[]`))];
  if (!isObject(value)) return [own];
  return [own, ...Object.entries(value).flatMap(([key, each]) => pathsOf(each, `${path}.${key}`))];
}

/** All paths of some answers to the same question, in order. */
export function shapeOf(answers: readonly unknown[]): string[] {
  return [...new Set(answers.flatMap((each) => pathsOf(each, '')))].toSorted();
}

/** What real clients answered with status 200 where the exchange fits, in all these recordings (scene and node). */
export function recordedAnswers(
  recordings: readonly (readonly [string, string])[],
  fits: (exchange: Exchange) => boolean,
): unknown[] {
  return recordings.flatMap(([scene, node]) =>
    readRecording(scene, node)
      .exchanges.filter((exchange) => exchange.status === 200 && fits(exchange))
      .map(({ body }): unknown => (body === '' ? '' : JSON.parse(body))),
  );
}
