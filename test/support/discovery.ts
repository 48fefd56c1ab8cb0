// Google's own description of Compute's API, and what a request or an answer has in it that it does not allow.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { tool } from './tools.ts';

type Schema = {
  readonly $ref?: string | undefined;
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly pattern?: string | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly minimum?: string | undefined;
  readonly maximum?: string | undefined;
  readonly readOnly?: boolean | undefined;
  readonly items?: Schema | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly additionalProperties?: Schema | undefined;
  readonly annotations?: { readonly required?: readonly string[] | undefined } | undefined;
};
const schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.string().optional(),
    format: z.string().optional(),
    pattern: z.string().optional(),
    enum: z.array(z.string()).optional(),
    minimum: z.string().optional(),
    maximum: z.string().optional(),
    readOnly: z.boolean().optional(),
    items: schema.optional(),
    properties: z.record(z.string(), schema).optional(),
    additionalProperties: schema.optional(),
    annotations: z.object({ required: z.array(z.string()).optional() }).optional(),
  }),
);
type Parameter = Schema & {
  readonly location: string;
  readonly required?: boolean | undefined;
};
const parameter = z.intersection(
  schema,
  z.object({ location: z.string(), required: z.boolean().optional() }),
);
const reference = z.object({ $ref: z.string() });
const method = z.object({
  id: z.string(),
  httpMethod: z.string(),
  path: z.string(),
  parameters: z.record(z.string(), parameter).default({}),
  request: reference.optional(),
  response: reference.optional(),
});
const document = z.object({
  servicePath: z.string(),
  parameters: z.record(z.string(), parameter),
  schemas: z.record(z.string(), schema),
  resources: z.record(z.string(), z.object({ methods: z.record(z.string(), method).default({}) })),
});

export type Sent = {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
};

export type Discovery = {
  /** Verb and path of a method by its name, such as `compute.instances.insert`. */
  readonly methods: ReadonlyMap<string, { readonly verb: string; readonly path: string }>;
  /** Name of the method that a request calls, null when there is none. */
  readonly methodOf: (sent: Pick<Sent, 'method' | 'path'>) => string | null;
  /** What is wrong with a request; nothing for a good one. */
  readonly requestProblems: (sent: Sent) => string[];
  /** What is wrong with the answer to it. */
  readonly answerProblems: (sent: Pick<Sent, 'method' | 'path'>, body: unknown) => string[];
};

const ranges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};
const shapes: Readonly<Record<string, RegExp>> = {
  byte: /^[A-Za-z0-9+/_-]*={0,2}$/,
  'google-datetime': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  'google-duration': /^-?\d+(\.\d+)?s$/,
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function textProblem(value: string, given: Schema): string | null {
  const { format = '', pattern } = given;
  if (given.enum !== undefined && !given.enum.includes(value)) return `${value} is not one of its words`;
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value))
    return `${value} has another form`;
  if (shapes[format]?.test(value) === false) return `${value} is no ${format}`;
  return ranges[format] === undefined ? null : numberProblem(value, given);
}

function numberProblem(value: string, { format = '', minimum, maximum }: Schema): string | null {
  if (!/^-?\d+$/.test(value)) return `${value} is no whole number`;
  const [least, most] = ranges[format] ?? [BigInt(minimum ?? value), BigInt(maximum ?? value)];
  const number = BigInt(value);
  if (number < least || number > most) return `${value} is out of the range of ${format}`;
  if (minimum !== undefined && number < BigInt(minimum)) return `${value} is less than ${minimum}`;
  return maximum !== undefined && number > BigInt(maximum) ? `${value} is more than ${maximum}` : null;
}

/** Reads the document, which is one of the tools. */
export function openDiscovery(): Discovery {
  const read = document.parse(JSON.parse(readFileSync(tool('discovery').path, 'utf8')));
  const methods = Object.values(read.resources)
    .flatMap((each) => Object.values(each.methods))
    .map((each) => {
      const names: string[] = [];
      const pattern = each.path.replaceAll(/\{\+?(\w+)\}/g, (_all, name: string) => {
        names.push(name);
        return '([^/]+)';
      });
      return { ...each, names, pattern: new RegExp(`^/${read.servicePath}${pattern}$`) };
    })
    .toSorted((a, b) => a.names.length - b.names.length);
  const find = (sent: Pick<Sent, 'method' | 'path'>) =>
    methods.find((each) => each.httpMethod === sent.method && each.pattern.test(sent.path));

  type Way = { readonly at: string; readonly isRequest: boolean; readonly method: string };
  const walk = (value: unknown, given: Schema, way: Way): string[] => {
    if (given.$ref !== undefined) {
      const named = read.schemas[given.$ref];
      return named === undefined ? [`${way.at}: no schema ${given.$ref}`] : walk(value, named, way);
    }
    const isA = (type: string, is: boolean): string[] => (is ? [] : [`${way.at}: is no ${type}`]);
    switch (given.type) {
      case 'object':
        return isRecord(value) ? walkObject(value, given, way) : isA('object', false);
      case 'array':
        if (!Array.isArray(value)) return isA('array', false);
        return value.flatMap((each: unknown, index) =>
          given.items === undefined ? [] : walk(each, given.items, { ...way, at: `${way.at}[${index}]` }),
        );
      case 'string': {
        const problem = typeof value === 'string' ? textProblem(value, given) : 'is no string';
        return problem === null ? [] : [`${way.at}: ${problem}`];
      }
      case 'integer': {
        const problem = typeof value === 'number' ? numberProblem(String(value), given) : 'is no integer';
        return problem === null ? [] : [`${way.at}: ${problem}`];
      }
      case 'number':
      case 'boolean':
        return isA(given.type, typeof value === given.type);
      case undefined:
      default:
        return [];
    }
  };
  const walkObject = (value: Record<string, unknown>, given: Schema, way: Way): string[] => {
    const known = given.properties ?? {};
    const missing = Object.entries(known)
      .filter(
        ([name, each]) =>
          way.isRequest && each.annotations?.required?.includes(way.method) === true && !(name in value),
      )
      .map(([name]) => `${way.at}.${name}: is missing`);
    const wrong = Object.entries(value).flatMap(([name, each]) => {
      const property = known[name] ?? given.additionalProperties;
      const at = `${way.at}.${name}`;
      if (property === undefined) return [`${at}: is unknown`];
      return way.isRequest && property.readOnly === true
        ? [`${at}: is only ever said by Compute`]
        : walk(each, property, { ...way, at });
    });
    return [...missing, ...wrong];
  };
  const parameterProblem = (value: string, given: Parameter): string | null => {
    if (given.type === 'boolean') return /^(true|false)$/.test(value) ? null : `${value} is no boolean`;
    return given.type === 'integer' ? numberProblem(value, given) : textProblem(value, given);
  };

  return {
    methods: new Map(methods.map(({ id, httpMethod, path }) => [id, { verb: httpMethod, path }])),
    methodOf: (sent) => find(sent)?.id ?? null,
    requestProblems: (sent) => {
      const found = find(sent);
      if (found === undefined) return [`${sent.method} ${sent.path}: no such method`];
      const values = found.pattern.exec(sent.path)?.slice(1) ?? [];
      const inPath = Object.fromEntries(found.names.map((name, index) => [name, values[index] ?? '']));
      const known = { ...read.parameters, ...found.parameters };
      const given = Object.entries({ ...sent.query, ...inPath }).flatMap(([name, value]) => {
        const described = known[name];
        const isPlaced = described?.location === (name in inPath ? 'path' : 'query');
        const problem =
          described !== undefined && isPlaced ? parameterProblem(value, described) : 'is unknown';
        return problem === null ? [] : [`${name}: ${problem}`];
      });
      const missing = Object.entries(found.parameters)
        .filter(([name, { required }]) => required === true && !(name in inPath) && !(name in sent.query))
        .map(([name]) => `${name}: is missing`);
      if (found.request === undefined) {
        return [...given, ...missing, ...(sent.body === null ? [] : ['body: there is to be none'])];
      }
      return [
        ...given,
        ...missing,
        ...walk(sent.body, found.request, { at: 'body', isRequest: true, method: found.id }),
      ];
    },
    answerProblems: (sent, body) => {
      const found = find(sent);
      if (found?.response === undefined) return [`${sent.method} ${sent.path}: no such method`];
      return walk(body, found.response, { at: 'answer', isRequest: false, method: found.id });
    },
  };
}
