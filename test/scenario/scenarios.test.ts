/** Every shipped scenario plays, and everything it expects holds; what is wrong in a scenario is told with its line. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderScenario } from '#reports/scenario-html';
import { BadInput } from '#src/errors';
import { expectForms, parseExpectation } from '#src/scenario/expectations';
import { parseStep, stepForms, type Vocabulary } from '#src/scenario/grammar';
import { narrate } from '#src/scenario/narrate';
import { parseScenario } from '#src/scenario/parse';
import { playScenario } from '#src/scenario/play';
import { scenarioSystems } from '#src/scenario/systems/index';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = globSync('examples/scenarios/*.yaml', { cwd: root }).sort();

const play = (text: string) => playScenario(parseScenario('test.yaml', text));

const head = 'title: t\nsystem: single-decree\nnodes: [A, B, C]\nvalues: {A: Apple}\n';

const wrong = (text: string, message: RegExp): void => {
  assert.throws(
    () => play(text),
    (error) => error instanceof BadInput && message.test(error.message),
    `expected ${message}`,
  );
};

describe('shipped scenarios', () => {
  it('there are at least ten', () => assert.ok(files.length >= 10));

  for (const file of files) {
    it(basename(file, '.yaml'), () => {
      const played = playScenario(parseScenario(file, readFileSync(`${root}/${file}`, 'utf8')));
      const checks = played.frames.flatMap(({ checks: all, line }) =>
        all.map((check) => ({ ...check, line })),
      );
      assert.deepEqual(
        checks.filter(({ ok }) => !ok),
        [],
      );
      assert.ok(played.passed && checks.length > 3);
    });

    it(`${basename(file, '.yaml')} gives the same story every time`, () => {
      const tell = (): string =>
        narrate(playScenario(parseScenario(file, readFileSync(`${root}/${file}`, 'utf8')))).join();
      assert.equal(tell(), tell());
    });
  }
});

describe('scenario expectations', () => {
  it('one that does not hold fails the scenario and says what was found', () => {
    const played = play(
      `${head}steps:\n  - do: A proposes Apple\n  - do: deliver all\n    expect: Mango is chosen\n`,
    );
    assert.equal(played.passed, false);
    assert.deepEqual(played.frames.at(-1)?.checks, [
      { text: 'Mango is chosen', ok: false, seen: 'Apple' },
    ]);
    assert.match(
      narrate(played).join('\n'),
      /NOT AS EXPECTED \(line 7\): Mango is chosen; found: Apple/,
    );
  });

  it('broken agreement that nobody expected fails it too', () => {
    const text = readFileSync(`${root}/examples/scenarios/forgetful-acceptor.yaml`, 'utf8');
    const silent = text.replace(/^\s+- agreement is broken\n/m, '');
    assert.notEqual(silent, text);
    assert.equal(play(silent).passed, false);
  });

  it('every form has an example that it reads', () => {
    for (const { example, regex, systems, form } of expectForms) {
      assert.match(example, regex, form);
      for (const system of scenarioSystems) {
        if (systems !== undefined && !systems.includes(system.name)) continue;
        if (!example.includes('promise') || system.name === 'single-decree') {
          parseExpectation(example, { system, nodes: ['A', 'B', 'C'] });
        }
      }
    }
  });
});

describe('scenario steps', () => {
  const words = (name: string): Vocabulary => {
    const system = scenarioSystems.find((s) => s.name === name);
    assert.ok(system);
    return { system, nodes: ['A', 'B', 'C'] };
  };

  it('every form has an example that it reads', () => {
    for (const { example, regex, systems, form } of stepForms) {
      assert.match(example, regex, form);
      parseStep(example, words(systems?.[0] ?? 'single-decree'));
    }
  });

  it('every form of step and expectation is in the documentation', () => {
    const docs = readFileSync(`${root}/docs/scenarios.md`, 'utf8');
    for (const { form, example } of [...stepForms, ...expectForms]) {
      assert.ok(docs.includes(`\`${form}\``.replaceAll('|', '\\|')), `not documented: ${form}`);
      assert.ok(docs.includes(example), `not documented: ${example}`);
    }
  });

  it('the first scenario of the documentation plays, and every kind of message is named there', () => {
    const docs = readFileSync(`${root}/docs/scenarios.md`, 'utf8');
    const first = /```yaml\n([\s\S]*?)```/.exec(docs)?.[1];
    assert.ok(first !== undefined && play(first).passed);
    assert.equal(play(`${first}  - expect: A knows Apple\n`).passed, false);
    for (const { name: system, kinds } of scenarioSystems) {
      assert.ok(docs.includes(`- ${system}: ${kinds.join(', ')}\n`), system);
    }
  });

  it('messages are held, doubled, dropped and delivered as the steps say', () => {
    const played = play(
      `${head}steps:\n  - A prepares 1 to B\n  - hold A -> B\n  - deliver all\n  - do: say nothing\n`.replace(
        '  - do: say nothing\n',
        '  - expect: the delayed A -> B prepare is in flight\n  - duplicate A -> B prepare\n  - deliver the delayed prepare\n  - release A -> B\n  - do: deliver all\n    expect: Apple is chosen\n',
      ),
    );
    assert.ok(played.passed);
    assert.equal(played.frames[1]?.events.filter(({ kind }) => kind === 'lost').length, 1);
  });

  it('a wiped node is a new node: what was chosen does not bind it', () => {
    const played = play(
      `${head}steps:\n  - A proposes Apple\n  - deliver all\n  - crash B\n  - wipe B\n  - do: restart B\n    expect: B accepted nothing\n`,
    );
    assert.ok(played.passed);
  });
});

describe('bad scenarios', () => {
  it('name the line, what was found and what is expected', () => {
    wrong(
      `${head}steps:\n  - A jumps\n`,
      /^test\.yaml:6: "A jumps" is no step; steps of single-decree are:\n {2}NODE prepares/,
    );
    wrong(`${head}steps:\n  - crash D\n`, /^test\.yaml:6: D is not a node; the nodes are A, B, C/);
    wrong(
      `${head}steps:\n  - deliver A -> B p1a\n`,
      /:6: "p1a" is no message of single-decree; its messages are prepare/,
    );
    wrong(
      `${head}steps:\n  - do: crash B\n    expect: all is well\n`,
      /:7: "all is well" cannot be expected/,
    );
    wrong(
      `${head}steps:\n  - client A writes x=1\n`,
      /:6: .* is a step of paxos and raft, not of single-decree/,
    );
    wrong(
      `${head}colour: red\nsteps: []\n`,
      /:5: unknown key colour in the scenario; allowed are title/,
    );
    wrong(
      'title: t\nsystem: zab\nnodes: [A]\nsteps: []\n',
      /:2: system is zab; allowed are single-decree, paxos, raft/,
    );
    wrong('title: t\nsystem: raft\nsteps: []\n', /:1: the key nodes is missing/);
    wrong(
      'title: t\nsystem: raft\nnodes: [A, A]\nsteps: []\n',
      /:3: nodes are A, A; expected are 1 to 9 different names/,
    );
    wrong(
      'title: t\nsystem: raft\nnodes: [A]\nquorum: 2\nsteps: []\n',
      /:4: quorum is 2; of 1 nodes a majority is 1/,
    );
    wrong(
      'title: t\nsystem: raft\nnodes: [A]\noptions: {speed: high}\nsteps: []\n',
      /:4: unknown option of raft: speed/,
    );
    wrong(
      'title: t\nsystem: raft\nnodes: [A]\ndisks:\n  A: {log: [x]}\nsteps: []\n',
      /:5: entry 1 of the log is "x"/,
    );
    wrong('title: [\n', /^test\.yaml:\d+: not YAML/);
    wrong('', /the scenario is null; expected is a mapping/);
  });

  it('steps that cannot be done say why, and what is in flight', () => {
    wrong(
      `${head}steps:\n  - deliver A -> B\n`,
      /:6: step "deliver A -> B": nothing in flight is "A -> B"; nothing is in flight/,
    );
    wrong(
      `${head}steps:\n  - A prepares 1\n  - deliver B -> A\n`,
      /:7: .*in flight are:\n {2}A -> B prepare 1\.A/s,
    );
    wrong(`${head}steps:\n  - restart B\n`, /B is up; crash it first/);
    wrong(`${head}steps:\n  - crash B\n  - B syncs\n`, /B is down already/);
    wrong(`${head}steps:\n  - B prepares 1\n`, /B has no value to propose/);
    wrong(`${head}steps:\n  - A prepares 3\n  - A prepares 4\n`, /A starts no new ballot now/);
    wrong(
      `${head}steps:\n  - A prepares 1\n  - B refuses prepare\n`,
      /B did not answer "prepare 1\.A" with nack/,
    );
    wrong(`${head}steps:\n  - release B\n`, /"B" is not held; held is nothing/);
    wrong(`${head}steps:\n  - A times out\n`, /A has nothing to time out for/);
  });
});

describe('the page of a scenario', () => {
  it('holds everything, loads nothing and lets no text become markup', () => {
    const hostile = '</template><script>alert(1)</script>';
    const page = renderScenario(
      play(`${head.replace('title: t', `title: "${hostile}"`)}steps:\n  - say: "${hostile}"\n`),
    );
    assert.ok(!page.includes(hostile));
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.ok(!/\b(?:src|href)=|@import|url\(http/.test(page.replace(/<script>.*<\/script>/s, '')));
  });
});
