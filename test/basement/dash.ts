// Runs the scripts of a basement as its machines do: on dash, with programs of the test before the system's, and settings in a file.
import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';

export type Ran = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
};

/** Runs a script with exactly these variables, whatever it ends with. */
export async function runDash(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Ran> {
  const begun = performance.now();
  const child = spawn('dash', [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout, stderr, ms: performance.now() - begun });
    });
  });
}

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
