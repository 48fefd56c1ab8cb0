// What makes a machine hard to get into and keeps it right: SSH, updates, its numbers, and the policies where there is SELinux.
import { describe, expect, test } from 'vitest';
import { until } from '../../live/nets/wait.ts';
import type { House } from '../house.ts';
import { changesOf, complaintOf } from '../recap.ts';

/** In the place of SELinux's tools: what they were told is kept, and answered from. */
const standIns: Readonly<Record<string, string>> = {
  '/usr/sbin/checkmodule': 'while [ $# -gt 1 ]; do [ "$1" != -o ] || cp /dev/null "$2"; shift; done',
  '/usr/sbin/semodule_package': 'touch "$2"',
  '/usr/sbin/semodule':
    'echo "semodule $*" >>/run/told; case $1 in --install=*) basename -- "$1" .pp >>/run/modules;; --remove=*) rm -f /run/modules;; *) touch /run/modules; cat /run/modules;; esac',
  '/usr/sbin/restorecon': 'echo "restorecon $*" >>/run/told',
};
const seobject = `import json
SEMANAGE_FCONTEXT_ALL, SEMANAGE_FCONTEXT_REG, SEMANAGE_FCONTEXT_DIR, SEMANAGE_FCONTEXT_CHAR = 0, 1, 2, 3
SEMANAGE_FCONTEXT_BLOCK, SEMANAGE_FCONTEXT_SOCK, SEMANAGE_FCONTEXT_LINK, SEMANAGE_FCONTEXT_PIPE = 4, 5, 6, 7
file_types = {}
class fcontextRecords:
    equiv, equiv_dist = {}, {}
    def __init__(self, store=""):
        try:
            with open("/run/contexts") as file: self.known = json.load(file)
        except FileNotFoundError: self.known = {}
    def set_reload(self, reload): pass
    def get_all(self): return {(target, "all files"): ("system_u", "object_r", kind, "s0") for target, kind in self.known.items()}
    def keep(self):
        with open("/run/contexts", "w") as file: json.dump(self.known, file)
    def add(self, target, kind, *more): self.known[target] = kind; self.keep()
    modify = add
    def delete(self, target, ftype): del self.known[target]; self.keep()
`;

export function hardening(house: () => House): void {
  describe('a hardened machine', () => {
    const first = 'mini1';

    test('takes keys and nothing else, and nobody as root', async () => {
      const mini = house().machine(first);
      const settings = await mini.run('/usr/sbin/sshd', '-T');
      expect(settings.split('\n')).toEqual(
        expect.arrayContaining([
          'permitrootlogin no',
          'passwordauthentication no',
          'kbdinteractiveauthentication no',
          'authenticationmethods publickey',
          'x11forwarding no',
        ]),
      );
      expect(settings).not.toMatch(/^(ciphers|macs|kexalgorithms) .*(cbc|sha1|umac-64|nistp)/m);
      const come = async (...options: readonly string[]): Promise<string> =>
        house().laptop(
          'sh',
          '-c',
          'ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$@" true 2>&1 || :',
          'sh',
          ...options,
        );
      const key = ['-i', `${house().folder}/key`];
      expect(await come(...key, `ops@${mini.address}`)).toBe('');
      expect(await come(...key, `root@${mini.address}`)).toContain('Permission denied (publickey)');
      expect(await come('-o', 'PubkeyAuthentication=no', `ops@${mini.address}`)).toContain(
        'Permission denied (publickey)',
      );
    });

    test('does not lock out whoever sets it up', async () => {
      const mini = house().machine(first);
      const before = await mini.run('cat', '/etc/ssh/sshd_config.d/00-basement.conf');
      const ran = await house().play(
        '../../test/ansible/plays/role.yml',
        '--limit=mini1',
        '--extra-vars={"role": "base", "base_ssh_users": ["somebody-else"]}',
      );
      expect(ran.code).not.toBe(0);
      expect(ran.text).toContain('base_ssh_users does not name ops');
      expect(await mini.run('cat', '/etc/ssh/sshd_config.d/00-basement.conf')).toBe(before);
    });

    test('installs security updates in the night, each node at its own time, and nothing that people update', async () => {
      const minis = house().minis;
      const timers = await Promise.all(
        minis.map((mini) =>
          mini.run('systemctl', 'show', '--property=TimersCalendar', 'apt-daily-upgrade.timer'),
        ),
      );
      expect(timers.map((timer) => /OnCalendar=\S+ (\S+)/.exec(timer)?.[1])).toEqual(
        ['02:00:00', '03:00:00', '04:00:00'].slice(0, minis.length),
      );
      const mini = house().machine(first);
      const said = await mini.run('apt-config', 'dump', 'Unattended-Upgrade');
      expect(said).toContain('Unattended-Upgrade::Package-Blacklist:: "^rke2"');
      expect(said).toContain('Unattended-Upgrade::Automatic-Reboot "false"');
      expect(said.match(/Origins-Pattern:: .*/g)?.every((line) => line.includes('Debian-Security'))).toBe(
        true,
      );
      await mini.run('mkdir', '-p', '/run/basement');
      await mini.run('touch', '/run/basement/maintenance');
      expect((await mini.attempt('/usr/local/sbin/basement-updates-allowed')).text).toContain(
        'somebody is at work',
      );
      await mini.run('rm', '/run/basement/maintenance');
    });

    test('says what the kernel is to have, and takes the time from nobody in the LAN', async () => {
      const mini = house().machine(first);
      const wanted = await mini.run('cat', '/etc/sysctl.d/60-basement.conf');
      expect(wanted.split('\n')).toEqual(
        expect.arrayContaining([
          'vm.overcommit_memory = 1',
          'vm.panic_on_oom = 0',
          'kernel.panic = 10',
          'kernel.panic_on_oops = 1',
          'kernel.keys.root_maxbytes = 25000000',
        ]),
      );
      expect(wanted).not.toMatch(/^net\..*(rp_filter|forward)/m);
      const sources = (await mini.run('cat', '/etc/chrony/chrony.conf')).match(
        /^(pool|server|sourcedir|peer).*/gm,
      );
      expect(sources).toEqual(['pool 2.pool.ntp.org iburst maxsources 4']);
    });

    test('tells its numbers to the laptop, those of the roles among them', async () => {
      const mini = house().machine(first);
      await mini.run('systemctl', 'start', 'basement-clock.service', 'basement-space.service');
      const numbers = await until('numbers of the roles', async () => {
        const text = await house().laptop(
          'curl',
          '--silent',
          '--max-time',
          '5',
          `http://${mini.address}:9100/metrics`,
        );
        return text.includes('basement_space_checked_seconds') ? text : null;
      });
      expect(numbers).toContain('basement_clock_synchronised 0');
      expect(numbers).toContain('node_textfile_scrape_error 0');
      expect(
        await mini.run(
          'systemctl',
          'list-units',
          '--failed',
          '--plain',
          '--no-legend',
          'basement-c*',
          'audit*',
        ),
      ).toBe('');
    });

    test('policies are loaded once, and files labelled when their context changes (no SELinux here: by what its tools were told)', async () => {
      const mini = house().machine(first);
      for (const [path, text] of Object.entries(standIns)) {
        await mini.run('sh', '-c', 'printf "%s\\n" "#!/bin/sh" "$1" >"$0"; chmod 755 "$0"', path, text);
      }
      const packages = '/usr/lib/python3/dist-packages';
      await mini.run('sh', '-c', 'printf %s "$1" >"$0"', `${packages}/seobject.py`, seobject);
      await mini.run('sh', '-c', 'echo "def is_selinux_enabled(): return 0" >"$0"', `${packages}/selinux.py`);
      const play = '../../test/ansible/plays/selinux.yml';
      const once = await house().play(play);
      expect(complaintOf(once)).toBe('ok');
      const told = await mini.run('cat', '/run/told');
      expect(told).toMatch(/semodule --install=\S*\/basement_keepalived\.pp/);
      expect(told).toContain('restorecon -R -i /var/lib/basement/volumes\n');
      expect(told).toContain('restorecon -R -i /srv/more data');
      expect(changesOf(await house().play(play))).toEqual({ mini1: 0 });
      expect(complaintOf(await house().play(play, '--extra-vars=selinux_takes_away=true'))).toBe('ok');
      expect(await mini.run('cat', '/run/contexts')).toContain('{"/srv/more data(/.*)?"');
      await mini.run(
        'rm',
        ...Object.keys(standIns),
        `${packages}/seobject.py`,
        `${packages}/selinux.py`,
        '/run/told',
        '/run/contexts',
      );
    });
  });
}
