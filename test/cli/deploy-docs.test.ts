// What docs/secrets.md and docs/doctor.md show is what the commands say: they are run in the order of the page, against a pretended Google.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../functions/kit/clock.ts';
import {
  deployedFolder,
  type DeployedFolder,
  functions,
  number,
  outputsOf,
  project,
} from '../support/deployed.ts';
import { putHealthy } from '../support/healthy-google.ts';
import { forbidden, pretendGoogle, type PretendGoogle } from '../support/pretend-google.ts';
import { repository } from './command.ts';

let google: PretendGoogle;
let folder: DeployedFolder;
beforeAll(async () => {
  google = await pretendGoogle();
});
afterAll(async () => {
  await google.close();
});
beforeEach(() => {
  google.reset();
  folder = deployedFolder();
  mkdirSync(join(folder.path, 'bin'));
  const terraform = join(folder.path, 'bin/terraform');
  writeFileSync(terraform, `#!/bin/sh\ncat "${folder.outputs}"\n`);
  chmodSync(terraform, 0o755);
  return () => {
    folder.remove();
  };
});

/** In the folder, as the page says it; both outputs in one. */
function run(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [join(repository, 'cli/main.ts'), ...args], {
    cwd: folder.path,
    env: {
      PATH: `${join(folder.path, 'bin')}:${process.env['PATH'] ?? ''}`,
      TZ: 'Europe/Berlin',
      WATCHDOG_GOOGLE_ENDPOINT: google.endpoint,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((resolve) => {
    child.on('close', () => {
      resolve(said);
    });
  });
}

type Shown = { readonly command: string; readonly lines: readonly string[] };

/** Each `$ watchdog …` of a page with what it shows; a line with … alone stands for any number of lines. */
const shownIn = (page: string): Shown[] =>
  [...readFileSync(join(repository, 'docs', page), 'utf8').matchAll(/^```text\n([^]*?)^```$/gm)].flatMap(
    ([, block = '']) =>
      block
        .split(/^\$ watchdog /m)
        .slice(1)
        .map((piece) => {
          const [command = '', ...lines] = piece.trimEnd().split('\n');
          return { command, lines };
        }),
  );

/** What is made anew each time. */
const settled = (line: string): string => line.replaceAll(/[A-Za-z0-9+/_-]{43}=?/g, '(made)');

/** The pieces between … are there, in this order. */
function missingFrom(said: string, lines: readonly string[]): string | null {
  const whole = said.split('\n').map(settled).join('\n');
  let from = 0;
  for (const piece of lines.map(settled).join('\n').split(/^…$/m)) {
    const wanted = piece.trim();
    const at = whole.indexOf(wanted, from);
    if (at === -1) return `${wanted}\n--- is not in ---\n${whole.slice(from)}`;
    from = at + wanted.length;
  }
  return null;
}

async function lost({ command, lines }: Shown): Promise<string | null> {
  return missingFrom(await run(command.split(' ')), lines);
}

test('docs/secrets.md', async () => {
  for (const [name, needs] of Object.entries(functions)) {
    if (needs.length > 0) google.secret(`projects/${project}/secrets/watchdog-${name}`);
  }
  writeFileSync(
    join(folder.path, 'secrets.env'),
    'PAGER_URL=https://pager.yours.net\nDEADMAN_URL=https://dead.yours.net\n',
  );
  const shown = shownIn('secrets.md');
  expect(shown.map(({ command }) => command)).toContain('secrets pull .');
  for (const each of shown) {
    if (each.command === 'secrets pull .') unlinkSync(join(folder.path, 'secrets.auto.tfvars.json'));
    // oxlint-disable-next-line no-await-in-loop -- in the order of the page
    expect(await lost(each), each.command).toBeNull();
  }
});

test('docs/doctor.md', async () => {
  putHealthy(google, outputsOf(), systemClock.now());
  google.change(
    `cloudscheduler.googleapis.com/v1/projects/${project}/locations/europe-west3/jobs/watchdog-watch`,
    (job) => ({ ...job, state: 'PAUSED' }),
  );
  google.change(
    `cloudresourcemanager.googleapis.com/v3/projects/${project}:getIamPolicy`,
    ({ bindings, ...rest }) => ({
      ...rest,
      bindings: [
        ...Array.from(Object(bindings)),
        { role: 'roles/editor', members: [`serviceAccount:${number}-compute@developer.gserviceaccount.com`] },
      ],
    }),
  );
  google.fault(/organizations\/22/, forbidden('resourcemanager.organizations.getIamPolicy'));
  // The names of functions lead nowhere from here.
  const [all] = shownIn('doctor.md');
  expect(all === undefined ? 'nothing is shown' : await lost(all)).toBeNull();
});
