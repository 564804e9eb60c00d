import { InvalidExpression, UnsupportedExpression } from './not-evaluable';

export type BinaryOperator = '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '^';

export type MathExpression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'id'; readonly id: string }
  /** A word in capitals that is no function call: REPEAT, LINEAR, ASC ... */
  | { readonly kind: 'keyword'; readonly word: string }
  | { readonly kind: 'array'; readonly items: readonly MathExpression[] }
  | { readonly kind: 'negation'; readonly operand: MathExpression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: MathExpression;
      readonly right: MathExpression;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly MathExpression[] };

interface Token {
  readonly kind: 'number' | 'word' | 'text' | 'symbol' | 'end';
  readonly text: string;
  /** Position in the expression, from 1. */
  readonly at: number;
}

const TOKEN =
  /(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_]\w*)|("[^"]*"|'[^']*')|(==|!=|<=|>=|&&|\|\||[-+*/^()<>,[\]])/y;

/** How tightly an operator binds. The user guide gives no table; this is the order of mathematics and of most languages. */
const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '^': 8,
};
/** Between multiplication and power: `-2 ^ 2` is -4. */
const NEGATION_PRECEDENCE = 7;
/** Far more than any alarm needs, and well within the call stack. */
const MAX_DEPTH = 100;

/**
 * Parses a metric math expression.
 *
 * @throws InvalidExpression on a syntax error, with the position
 * @throws UnsupportedExpression on a Metrics Insights query
 */
export function parseMetricMath(source: string): MathExpression {
  if (/^\s*SELECT\s/i.test(source)) throw new UnsupportedExpression('Metrics Insights query SELECT is not supported');
  return new Parser(tokenize(source)).parse();
}

function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = skipSpace(source, 0);
  while (position < source.length) {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(source);
    const at = position + 1;
    if (match === null) throw new InvalidExpression(`character "${source[position]}" at ${at} is not metric math`);
    const [text, number, word, quoted] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text, at });
    else if (word !== undefined) tokens.push(wordToken(word, at));
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.slice(1, -1), at });
    else tokens.push({ kind: 'symbol', text, at });
    position = skipSpace(source, position + text.length);
  }
  return [...tokens, { kind: 'end', text: 'the end', at: source.length + 1 }];
}

function skipSpace(source: string, from: number): number {
  let position = from;
  while (/\s/.test(source.charAt(position))) position += 1;
  return position;
}

function wordToken(word: string, at: number): Token {
  if (word === 'AND') return { kind: 'symbol', text: '&&', at };
  if (word === 'OR') return { kind: 'symbol', text: '||', at };
  return { kind: 'word', text: word, at };
}

class Parser {
  private position = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): MathExpression {
    const expression = this.expression(0);
    const token = this.peek();
    if (token.kind !== 'end') throw unexpected(token, 'an operator or the end');
    return expression;
  }

  /** Precedence climbing: takes operators that bind at least as tightly as `minimum`. */
  private expression(minimum: number): MathExpression {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new InvalidExpression(`expression is nested more than ${MAX_DEPTH} deep`);
    let left = this.operand();
    for (let operator = this.operatorAhead(minimum); operator !== undefined; operator = this.operatorAhead(minimum)) {
      this.next();
      // Power groups to the right, all others to the left.
      const right = this.expression(PRECEDENCE[operator] + (operator === '^' ? 0 : 1));
      left = { kind: 'binary', operator, left, right };
    }
    this.depth -= 1;
    return left;
  }

  private operatorAhead(minimum: number): BinaryOperator | undefined {
    const { kind, text } = this.peek();
    if (kind !== 'symbol' || !isBinaryOperator(text)) return undefined;
    return PRECEDENCE[text] >= minimum ? text : undefined;
  }

  private operand(): MathExpression {
    const token = this.next();
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.kind === 'text') return { kind: 'text', value: token.text };
    if (token.kind === 'word') return this.word(token);
    if (token.text === '-') return { kind: 'negation', operand: this.expression(NEGATION_PRECEDENCE) };
    if (token.text === '[') return { kind: 'array', items: this.list(']') };
    if (token.text !== '(') throw unexpected(token, 'a value');
    const inner = this.expression(0);
    this.expect(')');
    return inner;
  }

  private word(token: Token): MathExpression {
    if (this.peek().text === '(' && this.peek().kind === 'symbol') {
      this.next();
      return { kind: 'call', name: token.text, args: this.list(')') };
    }
    return /^[a-z]/.test(token.text) ? { kind: 'id', id: token.text } : { kind: 'keyword', word: token.text };
  }

  /** Expressions between commas up to the closing symbol, which is taken. */
  private list(close: ')' | ']'): readonly MathExpression[] {
    const items: MathExpression[] = [];
    if (this.takes(close)) return items;
    do items.push(this.expression(0));
    while (this.takes(','));
    this.expect(close);
    return items;
  }

  private takes(symbol: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== 'symbol' || text !== symbol) return false;
    this.next();
    return true;
  }

  private expect(symbol: string): void {
    if (!this.takes(symbol)) throw unexpected(this.peek(), `"${symbol}"`);
  }

  private peek(): Token {
    const token = this.tokens[Math.min(this.position, this.tokens.length - 1)];
    if (token === undefined) throw new InvalidExpression('expression is empty');
    return token;
  }

  private next(): Token {
    const token = this.peek();
    this.position += 1;
    return token;
  }
}

function isBinaryOperator(text: string): text is BinaryOperator {
  return Object.hasOwn(PRECEDENCE, text);
}

function unexpected({ kind, text, at }: Token, wanted: string): InvalidExpression {
  const found = kind === 'end' ? text : `"${text}"`;
  return new InvalidExpression(`metric math has ${found} at ${at} where ${wanted} is expected`);
}
