// What the operator runs on real machines, on these: each check says what it saw, and those that cannot be made here say why.
import { describe, expect, test } from 'vitest';
import type { House } from '../house.ts';
import { places } from '../house/networks.ts';
import { rke2Versions } from '../house/inventory.ts';
import { complaintOf } from '../recap.ts';

export const verify = (house: () => House, version: string = rke2Versions[0]): void => {
  describe('the checks for real machines', () => {
    test('find nothing wrong, and name what they could not see', async () => {
      const ran = await house().play(
        'playbooks/verify.yml',
        '-e',
        JSON.stringify({ rke2_version: version, verify_whoami_urls: [`http://${places.world}/`] }),
      );
      expect(complaintOf(ran)).toBe('ok');
      expect(ran.text).toContain(`exit-address: the world sees ${places.hub}; by the LAN`);
      expect(ran.text).toContain(`vip: ${places.vip} is held by mini`);
      expect(ran.text).toMatch(/firewall: .*dropped so far/);
      expect(ran.text).toMatch(/forwards: [\s\S]*?came back/);
      expect(ran.text).toContain('pods: no container runs here');
      expect(ran.text).toContain('limits: a container cannot enforce MemoryMax and IPAddressDeny');
    });
  });
};
