// The text of OpenMetrics 1.0: families of samples in, one exposition out. https://prometheus.io/docs/specs/om/open_metrics_spec/

/** Of a label the name and the value; in the order in which they are written. */
export type Labels = readonly (readonly [name: string, value: string])[];

/** `null` and what is no finite number is left out: what is not known is absent, never a false 0. */
export type Sample = { readonly labels: Labels; readonly value: number | null };

/** A sample of a state set: which one of the family's states it is in; null when that is not known. */
export type StateSample = { readonly labels: Labels; readonly state: string | null };

type Named = {
  /** Without the suffix of its type: a counter's samples end in `_total`, those of an info in `_info`. */
  readonly name: string;
  readonly help: string;
};

export type Family = Named &
  (
    | {
        readonly type: 'gauge' | 'counter';
        readonly unit?: 'seconds' | 'ratio';
        readonly samples: readonly Sample[];
      }
    | { readonly type: 'info'; readonly samples: readonly Labels[] }
    | {
        readonly type: 'stateset';
        readonly states: readonly string[];
        readonly samples: readonly StateSample[];
      }
  );

/** What an answer with this text says that it is. */
export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

/** Half a surrogate pair cannot be written as UTF-8, and other control characters than the end of a line mean nothing here. */
const escaped = (text: string): string =>
  text.toWellFormed().replace(/[\p{Cc}\\"]/gu, (character) => escapes[character] ?? '\uFFFD');

const line = (name: string, labels: Labels, value: number): string => {
  const inside = labels.map(([label, text]) => `${label}="${escaped(text)}"`).join(',');
  return `${name}${inside === '' ? '' : `{${inside}}`} ${value}`;
};

function linesOf(family: Family): string[] {
  const { name } = family;
  switch (family.type) {
    case 'info':
      return family.samples.map((labels) => line(`${name}_info`, labels, 1));
    case 'stateset':
      return family.samples.flatMap(({ labels, state }) =>
        state === null
          ? []
          : family.states.map((each) => line(name, [...labels, [name, each]], each === state ? 1 : 0)),
      );
    case 'gauge':
    case 'counter': {
      const full = family.type === 'counter' ? `${name}_total` : name;
      return family.samples.flatMap(({ labels, value }) =>
        value !== null && Number.isFinite(value) ? [line(full, labels, value)] : [],
      );
    }
  }
}

/** A family without a sample is left out. */
function block(family: Family): string[] {
  const lines = linesOf(family);
  if (lines.length === 0) return [];
  const { name, type, help } = family;
  const unit = 'unit' in family && family.unit !== undefined ? [`# UNIT ${name} ${family.unit}`] : [];
  return [`# TYPE ${name} ${type}`, ...unit, `# HELP ${name} ${escaped(help)}`, ...lines];
}

/** Families in their order, each once, and the end mark. */
export const openMetrics = (families: readonly Family[]): string =>
  [...families.flatMap(block), '# EOF', ''].join('\n');
