// The basement from bare machines on: one house, in which everything that the operator does and everything that befalls it happens in order.
import { afterAll, beforeAll, describe } from 'vitest';
import { lacks, lacksPrograms, lacksRoot } from '../support/tools.ts';
import { converge } from './acts/converge.ts';
import { refusals } from './acts/refusals.ts';
import { startHouse, type House } from './house.ts';

const skip =
  lacksRoot() ||
  lacks('machine', 'mini-pc', 'ansible', 'nftables') ||
  lacksPrograms('ip', 'nsenter', 'unshare', 'ssh', 'ssh-keygen', 'go');

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

  refusals(house);
  converge(house);
});
