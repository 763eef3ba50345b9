import assert from 'node:assert/strict';
import { parseEDNString, toEDNString } from 'edn-data';
import fc from 'fast-check';
import { type Edn, EdnError, EdnMap, EdnParser, EdnTagged } from '#src/history/edn-parser';
import { plain } from '#src/history/edn-values';

/** The one value of a text. */
function parse(text: string): Edn {
  const parser = new EdnParser(text);
  const value = parser.value();
  const after = parser.next();
  if (after !== undefined) throw new EdnError('something more', after);
  return value;
}

const keyword = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/).map((key) => ({ key }));
const scalar = fc.oneof(
  fc.constantFrom(null, true, false),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
  fc.string({ unit: 'binary', maxLength: 10 }),
  keyword,
);
const { value: anyEdn } = fc.letrec<{ value: unknown; leaf: unknown }>((tie) => ({
  leaf: scalar,
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('leaf'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 4 }).map((list) => ({ list })),
    fc
      .uniqueArray(fc.tuple(keyword, tie('value')), { selector: ([{ key }]) => key, maxLength: 4 })
      .map((map) => ({ map })),
  ),
}));

describe('EDN', () => {
  it('reads as another library does what that library wrote', () => {
    fc.assert(
      fc.property(anyEdn, (value) => {
        const text = toEDNString(value as Parameters<typeof toEDNString>[0]);
        const theirs = parseEDNString(text, {
          mapAs: 'object',
          listAs: 'array',
          keywordAs: 'string',
        });
        assert.deepEqual(JSON.stringify(plain(parse(text))), JSON.stringify(theirs));
      }),
    );
  });

  it('reads equal sets as equal, in whatever order they are printed', () => {
    const printed = fc
      .uniqueArray(anyEdn.map((value) => toEDNString(value as Parameters<typeof toEDNString>[0])))
      .chain((items) =>
        fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })),
      );
    fc.assert(
      fc.property(printed, ([items, shuffled]) => {
        const [one, other] = [items, shuffled].map((all) => plain(parse(`[#{${all.join(' ')}}]`)));
        assert.deepEqual(one, other);
        assert.equal((one as readonly (readonly unknown[])[])[0]?.length, items.length);
      }),
    );
    assert.deepEqual(plain(parse('#{10 9 :b}')), ['b', 10, 9]);
    assert.deepEqual(plain(parse('#{10 9}')), [9, 10]);
  });

  it('reads every kind of value', () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ['nil', null],
      [' ,true', true],
      ['-17', -17],
      ['+5', 5],
      ['3N', 3],
      ['2.5e3', 2500],
      ['1.5M', 1.5],
      ['9007199254740993', '9007199254740993'],
      [':a.b/c', 'a.b/c'],
      ['sym-bol', 'sym-bol'],
      ['"a\\"b\\n\\u0041"', 'a"b\nA'],
      ['\\a', 'a'],
      ['\\newline', '\n'],
      ['[1 \\] 2]', [1, ']', 2]],
      ['\\"', '"'],
      ['(1 [2] #{3})', [1, [2], [3]]],
      ['{:a {:b nil}}', { a: { b: null } }],
      ['{1 2}', { '1': 2 }],
      [
        '{1 2 "1" 3}',
        [
          ['1', 3],
          [1, 2],
        ],
      ],
      ['#inst "2020-01-01"', '2020-01-01'],
      ['#_ 7 #_ #_ 1 2 [1 #_ 2]', [1]],
      ['; a comment ]\n1 ; and another', 1],
      ['##Inf', Number.POSITIVE_INFINITY],
    ];
    for (const [text, value] of cases) assert.deepEqual(plain(parse(text)), value, text);
    assert.deepEqual(parse('#a/b {:x 1}'), new EdnTagged('a/b', new EdnMap([['x', 1]])));
  });

  it('refuses what is malformed, and says where', () => {
    const cases: readonly (readonly [string, RegExp, number])[] = [
      ['[1 {:a 1 :b}]', /no value/, 3],
      ['[1 2}', /unexpected \}/, 4],
      ['[1 2', /\[ is never closed/, 0],
      ['"abc', /string is never closed/, 0],
      ['12ab', /not a value: 12ab/, 0],
      ['[1/2]', /not a value/, 1],
      ['"\\q"', /unknown escape/, 0],
      ['\\nothing', /unknown character/, 0],
      ['##Nope', /unknown number/, 0],
      ['#"x"', /unknown notation/, 0],
      ['1 2', /something more/, 2],
      ['', /ends too early/, 0],
      ['#_', /nothing after/, 0],
      ['['.repeat(1000), /nested deeper/, 200],
      ['#_'.repeat(100_000), /nested deeper/, 400],
    ];
    for (const [text, message, at] of cases) {
      assert.throws(
        () => parse(text),
        (error: unknown) => {
          assert.ok(error instanceof EdnError, `${text}: ${String(error)}`);
          assert.match(error.message, message, text);
          assert.equal(error.at, at, text.slice(0, 20));
          return true;
        },
      );
    }
  });
});
