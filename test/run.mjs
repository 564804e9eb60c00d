// `npm test`: the rehearsed stages, which mostly wait, beside the unit tests and the checks, which do not. Ends with one line:
// "N passed, N failed". A check that cannot run has failed.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const results = mkdtempSync(join(tmpdir(), 'slipway-test-'));
process.once('exit', () => rmSync(results, { recursive: true, force: true }));

const bin = (name) => join(root, 'node_modules', '.bin', name);
const script = (name) => ['npm', ['run', '--silent', name]];

const vitest = (name, ...args) => {
  const file = join(results, `${name}.json`);
  return {
    name,
    command: [bin('vitest'), ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${file}`, ...args]],
    file,
  };
};

const checks = [
  { name: 'type-check', command: script('typecheck') },
  { name: 'lint', command: script('lint') },
  { name: 'layers', command: script('layers') },
  { name: 'dead code', command: script('deadcode') },
  { name: 'public API (jsii)', command: script('api') },
  { name: 'cfn-lint', command: [process.execPath, [join(root, 'test/compliance/cfn-lint.mjs')]] },
];
const unit = vitest('unit');
const REHEARSAL = ['--config', 'vitest.rehearsal.config.mts'];
// Looks at every process of the checkout's rehearsals: none of a neighbour may run beside it.
const INTERRUPTS = 'test/rehearsal/interrupt.test.ts';
const interrupts = vitest('interrupts', ...REHEARSAL, INTERRUPTS);
const rehearsal = vitest('rehearsal', ...REHEARSAL, '--exclude', INTERRUPTS);

const total = { passed: 0, failed: 0 };

// Units first: cfn-lint starts processes in the checkout, and interrupts look at all of them.
await Promise.all([inTurn([interrupts, rehearsal]), inTurn([unit, ...checks])]);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function inTurn(steps) {
  for (const step of steps) count(step, await run(step));
}

function run({ command: [file, args] }) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
    });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
    const end = (code) =>
      resolve({ code, text: Buffer.concat(output).toString(), seconds: (performance.now() - started) / 1000 });
    child.once('error', (error) => {
      output.push(Buffer.from(String(error)));
      end(1);
    });
    child.once('close', end);
  });
}

function count(step, { code, text, seconds }) {
  const counted = step.file === undefined ? undefined : readCounts(step.file);
  const passed = counted?.passed ?? (code === 0 ? 1 : 0);
  // A runner that ends badly without a failed test has failed all the same: a crash, or no test at all.
  const failed = Math.max(counted?.failed ?? 0, code === 0 && passed > 0 ? 0 : 1);
  total.passed += passed;
  total.failed += failed;
  const of = counted === undefined ? '' : `  ${passed} passed, ${failed} failed`;
  console.log(`${failed === 0 ? '✓' : '✗'} ${step.name.padEnd(20)} ${seconds.toFixed(1).padStart(6)} s${of}`);
  if (failed > 0) console.log(indent(text.slice(-20_000)));
}

function readCounts(file) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    // A skipped test counts as failed: nothing here is skipped.
    return {
      passed: numPassedTests,
      failed: Math.max(numFailedTests + numPendingTests, numFailedTestSuites > 0 ? 1 : 0),
    };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

function indent(text) {
  return text.trimEnd().replace(/^/gm, '    ');
}
