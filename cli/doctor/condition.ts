// Whether a condition of IAM lets somebody reach one resource. What it does not understand it does not guess: that is null, not known.

/** What is reached. Null is not known: a comparison with it is not known either. */
export type Reached = {
  readonly name: string | null;
  /** The first part of the type and of the service, without `.googleapis.com`. */
  readonly services: readonly string[];
  readonly at: number;
};

type Truth = boolean | null;
type Text = { readonly kind: 'text'; readonly text: string };
type Attribute =
  | { readonly kind: 'name' | 'type' | 'service' | 'time' }
  | { readonly kind: 'piece'; readonly text: string | null };
type Moment = { readonly kind: 'moment'; readonly at: number };
type Operand = Text | Attribute | Moment;

const token =
  /\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|&&|\|\||[=!<>]=|[<>!().,[\]]|[A-Za-z_][A-Za-z0-9_]*|\d+)/y;

class NotUnderstood extends Error {}

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < expression.trimEnd().length) {
    const found = token.exec(expression);
    if (found?.[1] === undefined) throw new NotUnderstood();
    tokens.push(found[1]);
  }
  return tokens;
}

const not = (truth: Truth): Truth => (truth === null ? null : !truth);
function both(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}
const either = (a: Truth, b: Truth): Truth => not(both(not(a), not(b)));

const textIn = (quoted: string): string => quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1');

/** `extract("/instances/{name}")` of a name. An empty text when the pattern is not in it. */
function extracted(name: string | null, pattern: string): string | null {
  const [before = '', after = ''] = pattern.split(/\{\w+\}/);
  if (name === null) return null;
  const from = name.indexOf(before);
  if (from === -1) return '';
  const rest = name.slice(from + before.length);
  const to = after === '' ? rest.length : rest.indexOf(after);
  return to === -1 ? '' : rest.slice(0, to);
}

class Reader {
  readonly #tokens: string[];
  readonly #reached: Reached;

  constructor(tokens: string[], reached: Reached) {
    this.#tokens = tokens;
    this.#reached = reached;
  }

  #next(): string {
    const next = this.#tokens.shift();
    if (next === undefined) throw new NotUnderstood();
    return next;
  }

  #take(wanted: string): boolean {
    if (this.#tokens[0] !== wanted) return false;
    this.#tokens.shift();
    return true;
  }

  #need(wanted: string): void {
    if (!this.#take(wanted)) throw new NotUnderstood();
  }

  whole(): Truth {
    const truth = this.#or();
    if (this.#tokens.length > 0) throw new NotUnderstood();
    return truth;
  }

  #or(): Truth {
    let truth = this.#and();
    while (this.#take('||')) truth = either(truth, this.#and());
    return truth;
  }

  #and(): Truth {
    let truth = this.#unary();
    while (this.#take('&&')) truth = both(truth, this.#unary());
    return truth;
  }

  #unary(): Truth {
    if (this.#take('!')) return not(this.#unary());
    if (this.#take('(')) {
      const truth = this.#or();
      this.#need(')');
      return truth;
    }
    if (this.#take('true')) return true;
    if (this.#take('false')) return false;
    return this.#comparison();
  }

  #comparison(): Truth {
    const left = this.#operand();
    if (this.#take('.')) return this.#method(left);
    const operator = this.#next();
    if (operator === 'in') return this.#among(left);
    const right = this.#operand();
    if (operator === '==') return this.#same(left, right);
    if (operator === '!=') return not(this.#same(left, right));
    return this.#earlier(left, operator, right);
  }

  #operand(): Operand {
    const first = this.#next();
    if (/^["']/.test(first)) return { kind: 'text', text: textIn(first) };
    if (first === 'timestamp') {
      this.#need('(');
      const at = Date.parse(textIn(this.#next()));
      this.#need(')');
      if (Number.isNaN(at)) throw new NotUnderstood();
      return { kind: 'moment', at };
    }
    this.#need('.');
    const attribute = `${first}.${this.#next()}`;
    switch (attribute) {
      case 'resource.type':
        return { kind: 'type' };
      case 'resource.service':
        return { kind: 'service' };
      case 'request.time':
        return { kind: 'time' };
      case 'resource.name':
        if (this.#tokens[0] !== '.' || this.#tokens[1] !== 'extract') return { kind: 'name' };
        this.#tokens.splice(0, 2);
        this.#need('(');
        {
          const text = extracted(this.#reached.name, textIn(this.#next()));
          this.#need(')');
          return { kind: 'piece', text };
        }
      default:
        throw new NotUnderstood();
    }
  }

  /** Of the name, or of a piece of it. */
  #textOf(operand: Operand): string | null {
    if (operand.kind === 'text' || operand.kind === 'piece') return operand.text;
    if (operand.kind === 'name') return this.#reached.name;
    throw new NotUnderstood();
  }

  #method(left: Operand): Truth {
    const method = this.#next();
    this.#need('(');
    const argument = this.#operand();
    this.#need(')');
    const text = this.#textOf(left);
    const other = this.#textOf(argument);
    if (text === null || other === null) return null;
    if (method === 'startsWith') return text.startsWith(other);
    if (method === 'endsWith') return text.endsWith(other);
    if (method === 'contains') return text.includes(other);
    throw new NotUnderstood();
  }

  #among(left: Operand): Truth {
    this.#need('[');
    let truth: Truth = false;
    while (!this.#take(']')) {
      truth = either(truth, this.#same(left, this.#operand()));
      this.#take(',');
    }
    return truth;
  }

  #same(left: Operand, right: Operand): Truth {
    if (left.kind === 'text' && right.kind !== 'text') return this.#same(right, left);
    if (left.kind === 'type' || left.kind === 'service') {
      if (right.kind !== 'text') throw new NotUnderstood();
      const service = right.text.split('.')[0] ?? '';
      // Of the same service it may be this type or another one.
      return this.#reached.services.includes(service) ? null : false;
    }
    const [a, b] = [this.#textOf(left), this.#textOf(right)];
    return a === null || b === null ? null : a === b;
  }

  #earlier(left: Operand, operator: string, right: Operand): Truth {
    const atOf = (operand: Operand): number => {
      if (operand.kind === 'moment') return operand.at;
      if (operand.kind === 'time') return this.#reached.at;
      throw new NotUnderstood();
    };
    const [a, b] = [atOf(left), atOf(right)];
    if (operator === '<') return a < b;
    if (operator === '<=') return a <= b;
    if (operator === '>') return a > b;
    if (operator === '>=') return a >= b;
    throw new NotUnderstood();
  }
}

/**
 * True, false, or null when it cannot be told. Source: https://cloud.google.com/iam/docs/conditions-overview. Understood are names, types and
 * services compared with texts, `extract`, times, and everything that joins them.
 */
export function holds(expression: string, reached: Reached): boolean | null {
  try {
    return new Reader(tokensOf(expression), reached).whole();
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
}
