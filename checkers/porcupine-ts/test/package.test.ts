import assert from 'node:assert/strict';
import {
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { published } from '../tools/manifest.ts';
import { launch } from './support/browser.ts';
import { mustRun, olderNode, packAndInstall, run, tool } from './support/installed.ts';

const script = `
import { casRegister, check, checkInWorkers, shipped, visualize } from 'porcupine-ts';
const history = [
  { kind: 'completed', input: { kind: 'write', value: 1 }, output: undefined, call: 0, return: 1 },
  { kind: 'completed', input: { kind: 'read' }, output: { kind: 'value', value: 2 }, call: 2, return: 3 },
];
const model = casRegister(0);
const result = check(model, history);
const here = { kind: 'module', url: new URL('./model.js', import.meta.url), export: 'model' };
console.log(
  result.verdict,
  visualize(model, history, result).slice(0, 15),
  (await checkInWorkers(shipped('casRegister', 2), history.slice(1))).verdict,
  (await checkInWorkers(here, history)).verdict,
);
`;

const typed = `
import { check, checkInWorkers, illegal, shipped, visualize } from 'porcupine-ts';
import type { CheckResult, Model, Verdict } from 'porcupine-ts';

const counter: Model<number, 'add' | 'get', number> = {
  init: () => 0,
  step: (state, input, output) => {
    if (input === 'add') return state + 1;
    return output === undefined || output === state ? state : illegal;
  },
};
const result: CheckResult<number, 'add' | 'get', number> = check(counter, [{ kind: 'unknown', input: 'add', call: 0 }]);
export const verdict: Verdict = result.verdict;
export const page: string = visualize(counter, [], result);
export const later: Promise<{ readonly verdict: Verdict }> = checkInWorkers(shipped('kv', 'empty'), []);
// @ts-expect-error There is no such verdict.
export const wrong: 'fine' = result.verdict;
// @ts-expect-error The input of this model is no number.
check(counter, [{ kind: 'unknown', input: 7, call: 0 }]);
// @ts-expect-error kv starts with a text.
shipped('kv', 7);
`;

const inPage = `
import { check, checkInWorkers, register, shipped, visualize } from 'porcupine-ts';
const history = [
  { kind: 'completed', client: 'anna', input: { kind: 'write', value: 1 }, output: undefined, call: 0, return: 1 },
  { kind: 'completed', client: 'ben', input: { kind: 'read' }, output: { kind: 'value', value: 2 }, call: 2, return: 3 },
];
const model = register(0);
const result = check(model, history);
const createWorker = () => new Worker('/worker.js', { type: 'module' });
const frame = document.createElement('iframe');
frame.src = URL.createObjectURL(new Blob([visualize(model, history, result)], { type: 'text/html' }));
frame.width = 1000;
frame.height = 700;
document.body.append(frame);
const inWorker = await checkInWorkers(shipped('register', 0), history, { createWorker });
const hidden = await checkInWorkers(shipped('register', 0), history).catch((error) => error.message);
window.answers = [result.verdict, inWorker.verdict, inWorker.partitions[0].blocked === history[1], hidden];
`;

describe('the package', function () {
  this.timeout(180_000);
  let folder = '';
  let app = '';
  let tarball = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'porcupine-ts-package-'));
    ({ app, tarball } = packAndInstall(folder));
    writeFileSync(join(app, 'use.js'), script);
    writeFileSync(
      join(app, 'model.js'),
      "import { register } from 'porcupine-ts';\nexport const model = () => register(0);\n",
    );
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('packing leaves the folder as it was', () => {
    const copy = join(folder, 'repository', 'checkers', 'porcupine-ts');
    const source = new URL('../package.json', import.meta.url);
    assert.equal(readFileSync(join(copy, 'package.json'), 'utf8'), readFileSync(source, 'utf8'));
    assert.equal(existsSync(join(copy, 'dist')), false);
    assert.equal(existsSync(join(copy, 'package.source.json')), false);
  });

  it('holds JavaScript, types, a licence and a page about it, and nothing else', () => {
    const installed = join(app, 'node_modules', 'porcupine-ts');
    const files = globSync('**/*', { cwd: installed, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    const others = files.filter((name) => !/\.js$|\.d\.ts$/.test(name));
    assert.deepEqual(others.toSorted(), ['LICENSE', 'README.md', 'package.json']);
    assert.ok(statSync(tarball).size < 300_000, `${statSync(tarball).size} bytes`);
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    assert.equal(manifest.dependencies, undefined);
    assert.equal(manifest.private, undefined);
    const targets: string[] =
      JSON.stringify([manifest.exports, manifest.bin, manifest.sideEffects]).match(
        /(?:\.\/)?(?:dist|bin|src)[^"]*/g,
      ) ?? [];
    assert.ok(targets.length >= 6);
    for (const target of targets) assert.ok(existsSync(join(installed, target)), target);
  });

  it('is imported by the Node that runs the tests, threads included', () => {
    assert.equal(mustRun(app, process.execPath, 'use.js'), 'illegal <!doctype html> ok illegal\n');
    const inline = ['--input-type=module', '-e', script.replace(/ {2}\(await.*here.*\n/, '')];
    assert.equal(mustRun(app, process.execPath, ...inline), 'illegal <!doctype html> ok\n');
  });

  it('is imported by an older Node, threads included', function () {
    const node = olderNode();
    if (node === undefined) {
      console.log('      skipped: no Node 20 to 23 on PATH');
      return this.skip();
    }
    console.log(`      ${node} ${run(app, node, '--version').stdout.trim()}`);
    assert.equal(mustRun(app, node, 'use.js'), 'illegal <!doctype html> ok illegal\n');
  });

  it('has types, for every way in which they are looked for', () => {
    writeFileSync(join(app, 'use.ts'), typed);
    const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--types', ''];
    // Neither the types of Node nor those of a browser are needed.
    const target = ['--target', 'es2022', '--lib', 'es2022', '--exactOptionalPropertyTypes'];
    for (const [module, resolution] of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ] as const) {
      const how = ['--module', module, '--moduleResolution', resolution];
      mustRun(app, tool('tsc'), ...options, ...target, ...how, 'use.ts');
    }
  });

  it('npx porcupine-ts check', () => {
    const lines = [
      { process: 0, type: 'invoke', f: 'write', value: 1 },
      { process: 0, type: 'ok', f: 'write', value: 1 },
      { process: 0, type: 'invoke', f: 'read', value: null },
      { process: 0, type: 'ok', f: 'read', value: 2 },
    ];
    writeFileSync(join(app, 'history.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
    const command = ['--offline', 'porcupine-ts', 'check', 'history.jsonl', '--model', 'register'];
    const { status, stdout } = run(app, 'npx', ...command, '--visualize', 'out.html');
    assert.match(stdout, /NOT linearizable/);
    assert.equal(status, 1);
    assert.match(readFileSync(join(app, 'out.html'), 'utf8'), /^<!doctype html>/);
  });

  it('what is published points at what was built', () => {
    const { exports, sideEffects, scripts } = published({
      scripts: {},
      exports: { '.': './src/index.ts', './package.json': './package.json' },
      sideEffects: ['./src/worker/thread.ts'],
    });
    assert.deepEqual(exports, {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    });
    assert.deepEqual([sideEffects, scripts], [['./dist/worker/thread.js'], undefined]);
  });
});

/** Serves the files of a bundle on 127.0.0.1. */
async function serve(files: ReadonlyMap<string, string>): Promise<[Server, string]> {
  const server = createServer(({ url = '/' }, response) => {
    const text = files.get(url);
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html';
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': type }).end(text);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return [server, `http://127.0.0.1:${address.port}/`];
}

describe('the package in Chromium', function () {
  this.timeout(180_000);
  let folder = '';
  let browser: Browser | undefined;
  before(async function () {
    browser = await launch(this);
    folder = mkdtempSync(join(tmpdir(), 'porcupine-ts-browser-'));
  });
  after(async () => {
    await browser?.close();
    if (folder !== '') rmSync(folder, { recursive: true });
  });

  it('checks a history, in a worker too, and draws it', async () => {
    const { app } = packAndInstall(folder);
    writeFileSync(join(app, 'page.js'), inPage);
    writeFileSync(join(app, 'worker.js'), "import 'porcupine-ts/worker';\n");
    const { outputFiles, warnings } = await build({
      entryPoints: [join(app, 'page.js'), join(app, 'worker.js')],
      outdir: app,
      bundle: true,
      format: 'esm',
      target: 'es2022',
      minify: true,
      write: false,
      logLevel: 'silent',
    });
    assert.deepEqual(warnings, []);
    const files = new Map([
      ['/', '<!doctype html><body><script type="module" src="/page.js"></script>'],
    ]);
    for (const { path, text } of outputFiles) files.set(path.slice(app.length), text);
    const [server, url] = await serve(files);
    try {
      const page = await browser?.newPage();
      assert.ok(page !== undefined);
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(url);
      await page.waitForFunction(() => Reflect.get(globalThis, 'answers') !== undefined);
      const answers: unknown = await page.evaluate(() => Reflect.get(globalThis, 'answers'));
      assert.ok(Array.isArray(answers));
      assert.deepEqual(answers.slice(0, 3), ['illegal', 'illegal', true]);
      assert.match(String(answers[3]), /createWorker/);
      const frame = page.frameLocator('iframe');
      await frame.locator('.details h2', { hasText: 'read() -> 2' }).waitFor();
      assert.match((await frame.locator('h1').textContent()) ?? '', /Not linearizable/);
      assert.deepEqual(complaints, []);
    } finally {
      server.close();
    }
  });
});
