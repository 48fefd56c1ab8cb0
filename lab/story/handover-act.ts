// What a person does when the house stays dark: takes the keys from it, waits, gives them to the node in the cloud, and brings them back.
import { request } from 'undici';
import type { Direction } from '../../functions/domain/handover/facts.ts';
import { headline } from '../../functions/views/handover.ts';
import { labSigners, labTimezone } from '../basement/names.ts';
import type { Ran } from '../handover/person.ts';
import { tellWatchdog } from '../tell.ts';
import { ActFailed, isAbout, type Stage } from './stage.ts';

const [movedSigner] = labSigners;
/** The client that has these keys, in the house or in the cloud. */
const client = 'lighthouse';
/** The wait is at most an epoch until the first one that counts begins, and four more. */
const mostWaitTicks = 40;
const mostSigningTicks = 14;
const patientTicks = 6;

/** What a person waits for once the keys are taken from everybody. */
const forPersons = new Set(['fenced', 'protection', 'machine']);

const lastOf = ({ lines }: Ran): string => lines.findLast((line) => line !== '') ?? 'nothing was printed';
const wordsOf = ({ lines }: Ran, pattern: RegExp): string =>
  lines.find((line) => pattern.test(line)) ?? lines.join(' / ');

async function revoke(stage: Stage, from: string, why: string): Promise<void> {
  const { lab } = stage;
  let ran: Ran | null = null;
  await stage.we(`type: watchdog handover begin ${movedSigner} --why "${why}"`, async () => {
    ran = await lab.person.run({ name: 'begin', signer: movedSigner, why });
  });
  stage.should(`let nobody sign from now on, and count silence only of epochs that begin later`);
  const begun: Ran = ran ?? { code: 1, lines: [] };
  stage.check(`the keys are taken from ${from}`, begun.code === 0, lastOf(begun));
  if (begun.code !== 0) throw new ActFailed(lastOf(begun));
}

/** Looks once a minute, as a person would, until nothing is missing but what a person has to do. */
async function wait(stage: Stage, to: Direction): Promise<void> {
  const { lab } = stage;
  let early: Ran = { code: 1, lines: [] };
  // A machine that is busy may not get all of it asked in time.
  for (let tries = 0; tries < patientTicks && early.code !== 3; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    early = await lab.person.run({ name: 'take', signer: movedSigner, to });
  }
  stage.check(
    'a take at once is refused, and says until when to wait',
    early.code === 3 && early.lines.some((line) => line.includes('not before')),
    lastOf(early),
  );
  for (let tick = 0; tick < mostWaitTicks; tick += 1) {
    // oxlint-disable no-await-in-loop -- one look after the other
    const guard = await lab.person.guard(movedSigner, to);
    const left = guard.conditions.filter(({ id, state }) => state !== 'met' && !forPersons.has(id));
    if (tick === 0) stage.should(headline(guard, { at: lab.clock.now(), timezone: labTimezone }));
    if (left.length === 0) {
      stage.check(
        `three whole epochs of silence, finalized: nothing is missing but what a person does`,
        true,
      );
      return;
    }
    await stage.looks(1);
    // oxlint-enable no-await-in-loop
  }
  const guard = await lab.person.guard(movedSigner, to);
  const left = guard.conditions.filter(({ id, state }) => state !== 'met' && !forPersons.has(id));
  const words = 'the guard turns green';
  stage.check(words, false, left.map(({ must, why }) => `${must}: ${why}`).join('; '));
  throw new ActFailed(words);
}

async function grant(stage: Stage, to: Direction): Promise<void> {
  const { lab } = stage;
  const words = `type: watchdog handover take ${movedSigner} --to ${to} --fenced powered-off --protection export.json`;
  let taken: Ran = { code: 1, lines: [] };
  await stage.we(words, async () => {
    // A second here is a minute there: a machine that is busy makes facts old.
    for (let tries = 0; tries < patientTicks && taken.code !== 0; tries += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      taken = await lab.person.run({ name: 'take', signer: movedSigner, to });
    }
  });
  stage.check(
    'every condition is met, and the keys are given',
    taken.code === 0,
    wordsOf(taken, /REFUSED|NOT YET|[✗?…]/),
  );
  if (taken.code !== 0) throw new ActFailed(lastOf(taken));
}

async function verified(stage: Stage, where: string): Promise<void> {
  const { lab } = stage;
  let ran = await lab.person.run({ name: 'verify', signer: movedSigner });
  for (let tick = 0; tick < mostSigningTicks && ran.code !== 0; tick += 1) {
    // oxlint-disable no-await-in-loop -- one look after the other
    await stage.looks(1);
    ran = await lab.person.run({ name: 'verify', signer: movedSigner });
    // oxlint-enable no-await-in-loop
  }
  stage.check(
    `watchdog handover verify: every key signs ${where}, and its protection holds`,
    ran.code === 0,
    wordsOf(ran, /[✗?]/),
  );
}

/** The house is dark, and its standby synced. */
export async function keysGoToTheCloud(stage: Stage): Promise<void> {
  const { lab } = stage;
  await stage.we('take the incident on, and pull the plug of the machine with the keys', async (basement) => {
    const memory = await lab.memory();
    const open = Object.values(memory?.incidents ?? {}).find(({ subject }) => subject.kind === 'site');
    if (open !== undefined) await tellWatchdog(lab, { kind: 'ack', incident: open.id, by: 'Maria' });
    await basement.change({ stoppedSigners: new Set([client]) });
  });
  await revoke(stage, 'the house', 'the house is dark');
  let ready: Ran = { code: 1, lines: [] };
  await stage.we(`type: watchdog handover prepare ${movedSigner}`, async () => {
    ready = await lab.person.run({ name: 'prepare', signer: movedSigner, why: '' });
  });
  stage.check(
    'the node is protected against deletion, its disks stay, and all of it is read back',
    ready.code === 0,
    wordsOf(ready, /NOT|not/),
  );
  const pages = stage.said().length;
  await wait(stage, 'cloud');
  stage.check(
    'nobody was reminded meanwhile: Maria has it',
    stage.said().length === pages,
    `${stage.said().length - pages} messages`,
  );
  await grant(stage, 'cloud');
  await stage.we('start the client on the node in the cloud', (basement) =>
    basement.change({ cloudSigners: new Set([client]) }),
  );
}

/** The power is back, and with it the machine that had the keys: what stands between it and a second signature is its fence. */
export async function machineComesBack(stage: Stage): Promise<void> {
  const { basement } = stage.lab;
  await stage.we(
    'put the power back, and the plug of the machine with the keys by mistake as well',
    async () => {
      await basement.change({ stoppedSigners: new Set() });
      await basement.restorePower();
    },
  );
  stage.should('not let that machine sign, and say that it is back');
  const page = await stage.message(
    'one page: the machine that had the keys is back, and its fence holds its client back',
    (message) => message.kind === 'opened' && isAbout(message, `zombie.${movedSigner}`),
    4,
  );
  stage.check(
    'its fence has asked, was denied, and has started nothing',
    basement.state().heldBack.has(client),
  );
  const [incident = ''] = page.message.incidents;
  let isCleared = false;
  await stage.we('look, and state the cause: watchdog clear … --why "its plug was put back"', async () => {
    const why = 'its plug was put back with the power; its fence holds it';
    isCleared = (await tellWatchdog(stage.lab, { kind: 'clear', incident, why, by: 'Maria' })).ok;
  });
  stage.check('the statement was taken', isCleared);
}

/** The house is back, and its fence still holds that one client back; from then on the keys go home the same way. */
export async function keysComeBack(stage: Stage): Promise<void> {
  await verified(stage, 'in the cloud');
  await stage.we('stop the client in the cloud, for the house is well again', (basement) =>
    basement.change({ cloudSigners: new Set() }),
  );
  await revoke(stage, 'the cloud', 'the house is well again');
  await wait(stage, 'basement');
  await grant(stage, 'basement');
  stage.should('allow the machine in the house at its next question');
  await stage.until(
    'its fence is allowed, and starts the client: nobody had to go down',
    () => !stage.lab.basement.state().heldBack.has(client),
    3,
  );
  await verified(stage, 'at home');
}

async function ofCompute(endpoint: string, method: 'POST' | 'DELETE', path: string): Promise<number> {
  const { statusCode, body } = await request(`${endpoint}/compute/v1/${path}`, { method });
  await body.dump();
  return statusCode;
}

/** Software never deletes a node that has held keys: a person does. */
export async function personDeletes(stage: Stage): Promise<void> {
  const { lab } = stage;
  const held = lab.cloud.instances().find(({ labels }) => labels['watchdog-signer'] === movedSigner);
  stage.check('the node that has held keys is still there, and protected', held?.isProtected === true);
  if (held === undefined) return;
  const { project } = lab.cloud;
  const path = `projects/${project}/zones/${held.zone}/instances/${held.name}`;
  await stage.we(
    'make sure that no key is left on it, take its protection away, and delete it, by hand',
    async () => {
      await tellWatchdog(lab, {
        kind: 'standby',
        signer: movedSigner,
        wish: 'release',
        why: 'the keys are at home',
        by: 'Maria',
      });
      await ofCompute(lab.cloud.endpoint, 'POST', `${path}/setDeletionProtection?deletionProtection=false`);
      await lab.clock.sleep(30_000, new AbortController().signal);
      await ofCompute(lab.cloud.endpoint, 'DELETE', path);
    },
  );
  await stage.until('it is gone', () => lab.cloud.instances().length === 0, 10);
  await stage.we('delete its disks, which had to stay with it, by hand as well', async () => {
    for (const disk of lab.cloud.disks()) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await ofCompute(
        lab.cloud.endpoint,
        'DELETE',
        `projects/${project}/zones/${disk.zone}/disks/${disk.name}`,
      );
    }
  });
  await stage.message(
    `the standby of ${movedSigner} is gone, and it says what that has cost`,
    ({ kind, incidents, body }) =>
      kind === 'resolved' &&
      incidents.some((id) => id.includes(`.standby.${movedSigner}.`)) &&
      /\d+\.\d\d USD/.test(body),
    6,
  );
  stage.check(
    'nothing was ever signed in two places',
    lab.basement.signedTwice().length === 0,
    lab.basement.signedTwice().join(', '),
  );
}
