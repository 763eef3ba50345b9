/** mocha's spec output, a JUnit file beside it, and a closing line that CI counts: `N passed, N failed, N skipped`. */

import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

const escapeXml = (text: string): string =>
  text
    // Control characters are not allowed in XML, not even escaped.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones to remove
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');

function testCase(test: Mocha.Test): string {
  const head = `<testcase classname="${escapeXml(test.parent?.fullTitle() ?? '')}" name="${escapeXml(test.title)}" time="${(test.duration ?? 0) / 1000}"`;
  if (test.isPending()) return `${head}><skipped/></testcase>`;
  if (test.isPassed()) return `${head}/>`;
  const error = test.err;
  return `${head}><failure message="${escapeXml(error?.message ?? '')}">${escapeXml(error?.stack ?? '')}</failure></testcase>`;
}

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const tests: Mocha.Test[] = [];
    let hookFailures = 0;
    runner.on('test end', (test) => tests.push(test));
    runner.on('fail', (test) => {
      if ((test as Mocha.Test | Mocha.Hook).type === 'hook') hookFailures += 1;
    });
    runner.once('end', () => {
      const failed = tests.filter((t) => t.isFailed()).length + hookFailures;
      const skipped = tests.filter((t) => t.isPending()).length;
      const passed = tests.filter((t) => t.isPassed()).length;
      const file = process.env['JUNIT_FILE'] ?? 'test-results.xml';
      writeFileSync(
        file,
        `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="dissent" tests="${tests.length}" failures="${failed}" skipped="${skipped}">\n${tests.map(testCase).join('\n')}\n</testsuite>\n`,
      );
      console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
    });
  }
}
