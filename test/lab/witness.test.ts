// The witness of the lab, in another region than the watchdog: contradicted, switched off and made to lie by hand.
import { afterAll, expect, test } from 'vitest';
import { killAll, startChild } from './child.ts';

afterAll(killAll);

test('a place that only our region does not reach is disputed, for five minutes; without a witness and with one that lies it goes as told', async () => {
  const child = startChild(['--no-story']);
  await child.says('verdict ok');
  child.type('witness');
  await child.says('Witness what? One of off, on, lies, honest.');
  child.type('hide web');
  await child.says('web is hidden from our region.');
  await child.says('INFO Basement, Berlin: web is disputed');
  await child.says('NOW WARNING Basement, Berlin: web does not answer as it should');
  child.type('explain');
  await child.says(/web +bad \(refused\).*; disputed by the witness since/);
  child.type('show web');
  await child.says('web is in sight of our region.');
  child.type('witness off');
  await child.says('The witness: off.');
  child.type('break geth-p2p');
  await child.says(/log +witness 1 is silent: refused/);
  child.type('witness lies');
  child.type('witness on');
  await child.says('The witness: on.');
  child.type('break beacond-p2p');
  await child.says('INFO Basement, Berlin: beacond-p2p is disputed');
  child.type('quit');
  expect(await child.ended(), child.output()).toBe(0);
});
