import { describe, expect, it } from 'vitest';
import { TextMemo } from '../../lambdas/check-data/text-memo';

const bytesOf = (text: string) => Buffer.from(`<${text}>`);
const find = (memo: TextMemo, text: string) => memo.find(bytesOf(text), 1, bytesOf(text).length - 1);
const add = (memo: TextMemo, text: string) => memo.add(bytesOf(text), 1, bytesOf(text).length - 1);

describe('a memo of texts', () => {
  it('tells texts apart of which one begins with the other', () => {
    const memo = new TextMemo();
    const texts = Array.from({ length: 320 }, (_, length) => 'a'.repeat(length));
    const even = texts.filter((_, length) => length % 2 === 0);
    expect(even.map((text) => add(memo, text))).toEqual(even.map((_, index) => index));
    expect(texts.map((text) => find(memo, text))).toEqual(texts.map((text) => even.indexOf(text)));
  });

  it('gives texts back as they were', () => {
    const memo = new TextMemo();
    expect(memo.texts[add(memo, 'é😀')]).toBe('é😀');
    expect([find(memo, 'é😀'), find(memo, 'é'), find(memo, '')]).toEqual([0, -1, -1]);
  });

  it('takes a thousand texts, and no more bytes than it has room for', () => {
    const memo = new TextMemo();
    const added = Array.from({ length: 1001 }, (_, index) => add(memo, `text ${index}`));
    expect(added.slice(-2)).toEqual([999, -1]);
    expect(find(memo, 'text 500')).toBe(500);

    const long = new TextMemo();
    expect([add(long, 'b'.repeat(60_000)), add(long, 'c'.repeat(6_000)), add(long, 'd')]).toEqual([0, -1, 1]);
  });
});
