// The basement from bare machines on: one house, in which everything that the operator does and everything that befalls it happens in order.
import { afterAll, beforeAll, describe } from 'vitest';
import { lacks, lacksPrograms, lacksRoot } from '../support/tools.ts';
import { antivirus } from './acts/antivirus.ts';
import { backup } from './acts/backup.ts';
import { cluster } from './acts/cluster.ts';
import { converge } from './acts/converge.ts';
import { forwards } from './acts/forwards.ts';
import { hardening } from './acts/hardening.ts';
import { killSwitch } from './acts/kill-switch.ts';
import { leakTest } from './acts/leak-test.ts';
import { refusals } from './acts/refusals.ts';
import { reset } from './acts/reset.ts';
import { storage } from './acts/storage.ts';
import { upgrade } from './acts/upgrade.ts';
import { ups } from './acts/ups.ts';
import { verify } from './acts/verify.ts';
import { vip } from './acts/vip.ts';
import { watchdog } from './acts/watchdog.ts';
import { startHouse, type House } from './house.ts';

const skip =
  lacksRoot() ||
  lacks('machine', 'mini-pc', 'ansible', 'nftables') ||
  lacksPrograms('ip', 'nsenter', 'unshare', 'ssh', 'ssh-keygen', 'go', 'zstd');

describe.skipIf(skip)('the basement', () => {
  let built: House | undefined;
  const house = (): House => {
    if (built === undefined) throw new Error('the house is not built');
    return built;
  };
  beforeAll(async () => {
    built = await startHouse({ minis: 3, hub: true });
  });
  afterAll(() => built?.close());

  // Each leaves the house as it found it, or better; the order saves runs.
  refusals(house);
  converge(house);
  verify(house);
  hardening(house);
  storage(house);
  antivirus(house);
  watchdog(house);
  ups(house);
  forwards(house);
  leakTest(house);
  killSwitch(house);
  vip(house);
  cluster(house);
  upgrade(house);
  backup(house);
  reset(house);
});
