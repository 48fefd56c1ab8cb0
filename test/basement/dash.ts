// Runs the scripts of a basement as its machines do: on dash, with programs of the test before the system's, and settings in a file.
import { chmodSync, writeFileSync } from 'node:fs';
import { runToEnd } from '../support/run-to-end.ts';

export type Ran = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
};

/** Runs a script with exactly these variables, whatever it ends with. */
export const runDash = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Ran> => runToEnd('dash', args, env);

/** The path of programs with those of this folder before all others. */
export const pathWith = (folder: string): string => `${folder}:${process.env['PATH'] ?? ''}`;

/** A program of sh with these lines. */
export function writeProgram(path: string, ...lines: readonly string[]): void {
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
}

/** A file of NAME=VALUE; `undefined` leaves one out. */
export function writeSettings(path: string, all: Readonly<Record<string, string | undefined>>): void {
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}\n`],
  );
  writeFileSync(path, `# What the tests set.\n\n${lines.join('')}`);
}
