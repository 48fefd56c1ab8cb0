// Unit files of systemd, as far as tests have to understand them: sections, settings that come several times, continued lines.

export type Setting = { readonly section: string; readonly name: string; readonly value: string };

export function settingsOf(unit: string): Setting[] {
  const settings: Setting[] = [];
  let section = '';
  for (const line of unit.replaceAll(/\\\n\s*/g, '').split('\n')) {
    const heading = /^\[(\w+)\]$/.exec(line);
    if (heading !== null) section = heading[1] ?? '';
    const setting = /^(\w+)=(.*)$/.exec(line);
    if (setting !== null) settings.push({ section, name: setting[1] ?? '', value: setting[2] ?? '' });
  }
  return settings;
}

/** All values of a setting: those that are lists of words are split. */
export const wordsOf = (unit: string, name: string): string[] =>
  settingsOf(unit)
    .filter((each) => each.name === name)
    .flatMap(({ value }) => value.split(' ').filter((word) => word !== ''));

export type Flag = { readonly name: string; readonly value: string };

/** Words that begin with `--`, with what belongs to each: `--a=b`, `--a b`, or nothing. */
export function flagsOf(words: readonly string[]): Flag[] {
  return words.flatMap((word, place) => {
    if (!word.startsWith('--')) return [];
    const sign = word.indexOf('=');
    if (sign >= 0) return [{ name: word.slice(0, sign), value: word.slice(sign + 1) }];
    const next = words[place + 1] ?? '--';
    return [{ name: word, value: next.startsWith('--') || next.startsWith('$') ? '' : next }];
  });
}

export type Container = {
  /** Of podman, up to the image. */
  readonly podman: readonly string[];
  readonly image: string;
  /** Of the client in it. */
  readonly client: readonly string[];
};

/** What a unit starts as a container. Ours name the program with `--entrypoint`, and then the image: without it everything counts as podman's. */
export function containerOf(unit: string): Container {
  const words = wordsOf(unit, 'ExecStart');
  const place = words.indexOf('--entrypoint') + 2;
  return place < 2
    ? { podman: words, image: '', client: [] }
    : { podman: words.slice(0, place), image: words[place] ?? '', client: words.slice(place + 1) };
}
