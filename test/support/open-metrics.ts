// Reads the text of OpenMetrics 1.0 and takes nothing that the specification does not allow: for tests of what is scraped.
// https://prometheus.io/docs/specs/om/open_metrics_spec/

export type Family = {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly Sample[];
};

export type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

type Open = { name: string; type: string; unit: string; help: string; samples: Sample[] };

/** By type, the ends that the names of its samples may have. */
const ends: Readonly<Record<string, readonly string[]>> = {
  gauge: [''],
  stateset: [''],
  counter: ['_total', '_created'],
  info: ['_info'],
};

const wrong = (line: string, why: string): Error => new Error(`${why}: ${JSON.stringify(line)}`);

function unescaped(text: string, line: string): string {
  return text.replace(/\\(.?)/gu, (_, character: string) => {
    if (character === 'n') return '\n';
    if (character === '\\' || character === '"') return character;
    throw wrong(line, 'an escape that there is not');
  });
}

/** `a="b",c="d"` */
function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const match = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\.)*)"(,(?=.)|$)/u.exec(rest);
    if (match === null) throw wrong(line, 'labels that cannot be read');
    const [whole, name = '', value = ''] = match;
    if (Object.hasOwn(labels, name)) throw wrong(line, `the label ${name} twice`);
    labels[name] = unescaped(value, line);
    rest = rest.slice(whole.length);
  }
  return labels;
}

function sampleOf(line: string): Sample {
  const match =
    /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"\\]|\\.|"(?:[^"\\]|\\.)*")*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/u.exec(
      line,
    );
  if (match === null) throw wrong(line, 'no sample');
  const [, name = '', labels = '', value] = match;
  return { name, labels: labelsOf(labels, line), value: Number(value) };
}

function checkSample(family: Open, sample: Sample, line: string): void {
  const { name, type } = family;
  if (!(ends[type] ?? []).some((end) => sample.name === `${name}${end}`)) {
    throw wrong(line, `a sample that does not belong to the ${type} ${name}`);
  }
  if (type === 'info' && sample.value !== 1) throw wrong(line, 'an info that is not 1');
  if (type === 'counter' && sample.value < 0) throw wrong(line, 'a counter below 0');
  if (type === 'stateset' && !(Object.hasOwn(sample.labels, name) && [0, 1].includes(sample.value))) {
    throw wrong(line, 'a state set needs a label of its name, and 0 or 1');
  }
}

function checkFamily({ name, type, unit, samples }: Open): void {
  if (!Object.hasOwn(ends, type)) throw new Error(`${name} has no type that is used here: ${type}`);
  if (unit !== '' && !name.endsWith(`_${unit}`)) throw new Error(`${name} does not end in its unit ${unit}`);
  if (unit !== '' && ['info', 'stateset'].includes(type)) throw new Error(`${name} can have no unit`);
  const seen = samples.map((sample) =>
    JSON.stringify([sample.name, Object.entries(sample.labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]),
  );
  if (new Set(seen).size !== seen.length) throw new Error(`${name} has a sample twice`);
}

/** The families in their order. Throws at the first thing that is not allowed, among it a family in two places. */
export function parseOpenMetrics(text: string): readonly Family[] {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  if (!text.isWellFormed()) throw new Error('this cannot be written as UTF-8');
  const lines = text.slice(0, -1).split('\n');
  if (lines.pop() !== '# EOF') throw new Error('the last line must be # EOF');
  const families: Open[] = [];
  for (const line of lines) {
    const last = families.at(-1);
    const meta = /^# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/u.exec(line);
    if (line.startsWith('#') && meta === null) throw wrong(line, 'a comment that there is not');
    if (meta === null) {
      if (last === undefined) throw wrong(line, 'a sample without a family');
      const sample = sampleOf(line);
      checkSample(last, sample, line);
      last.samples.push(sample);
      continue;
    }
    const [, key = '', name = '', value = ''] = meta;
    let family = last;
    if (family?.name !== name) {
      if (families.some((each) => each.name === name)) throw wrong(line, 'a family in two places');
      family = { name, type: '', unit: '', help: '', samples: [] };
      families.push(family);
    }
    if (family.samples.length > 0) throw wrong(line, 'words about a family after its samples');
    const place = key === 'TYPE' ? 'type' : key === 'UNIT' ? 'unit' : 'help';
    if (family[place] !== '') throw wrong(line, `${key} twice`);
    family[place] = place === 'help' ? unescaped(value, line) : value;
  }
  for (const family of families) checkFamily(family);
  return families;
}
