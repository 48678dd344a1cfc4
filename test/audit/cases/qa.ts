// QA rules: what each must find and must let pass.
// Never in here: the name of a test function next to a switch that turns tests off; the house forbids that line.
import type { Case } from '../support/case.ts'

const vitest = "import { expect, test } from 'vitest'\n"
const t = 'test'
const body = (count: number): string =>
  Array.from({ length: count }, (_, i) => `export const v${i} = ${i}`).join('\n')
const sources = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`src/s${i}.ts`, body(40)]))
const kotlin = `class Thing {\n${'  fun f() = 1\n'.repeat(100)}}\n`

export const qa: Case[] = [
  {
    rule: 'qa.exclusive-test',
    bad: { 'test/a.test.ts': `${vitest}${t}.only('x', () => expect(1).toBe(1))\n` },
    at: 'test/a.test.ts:2',
    good: { 'test/a.test.ts': `${vitest}${t}('only', () => expect(1).toBe(1))\n` },
  },
  {
    rule: 'qa.skipped-test',
    bad: { 'test/a.test.ts': `${vitest}${t}.skip('x', () => expect(1).toBe(1))\n` },
    at: 'test/a.test.ts:2',
    good: {
      'test/a.test.ts': `${vitest}${t}.skipIf(process.platform === 'win32')('x', () => expect(1).toBe(1))\n`,
    },
  },
  {
    rule: 'qa.skipped-test',
    bad: { 'tests/test_a.py': 'import pytest\n\n@pytest.mark.skip\ndef test_x():\n    assert 1\n' },
    at: 'tests/test_a.py:4',
    good: {
      'tests/test_a.py':
        'import pytest\n\n@pytest.mark.skipif(True, reason="x")\ndef test_x():\n    assert 1\n',
    },
  },
  {
    rule: 'qa.test-without-assertion',
    bad: { 'test/a.test.ts': `${vitest}${t}('x', () => { run() })\ndeclare const run: () => void\n` },
    at: 'test/a.test.ts:2',
    good: {
      'test/a.test.ts': `${vitest}import { same } from './same.ts'\n${t}('x', () => expect(1).toBe(1))\n${t}('y', () => ours(2))\n${t}('z', () => same(3))\nconst ours = (x: number) => expect(x).toBe(2)\n`,
      'test/same.ts': 'export const same = (x: number) => { if (x !== 3) throw new Error() }\n',
    },
  },
  {
    rule: 'qa.test-without-assertion',
    bad: { 'tests/test_a.py': 'def test_x():\n    run()\n' },
    at: 'tests/test_a.py:1',
    good: {
      'tests/test_a.py':
        'import pytest\ndef test_x():\n    with pytest.raises(KeyError):\n        run()\ndef test_y(app):\n    def test_index():\n        return 1\n    assert test_index() == 1\n',
    },
  },
  {
    rule: 'qa.empty-test',
    bad: { 'a_test.go': 'package a\n\nimport "testing"\n\nfunc TestX(t *testing.T) {\n}\n' },
    at: 'a_test.go:5',
    good: { 'a_test.go': 'package a\n\nimport "testing"\n\nfunc TestX(t *testing.T) {\n\tt.Fatal()\n}\n' },
  },
  {
    rule: 'qa.empty-test',
    bad: { 'test/a.test.ts': `${vitest}${t}('x', () => {})\n` },
    at: 'test/a.test.ts:2',
    good: { 'test/a.test.ts': `${vitest}${t}('x', () => expect(1).toBe(1))\n` },
  },
  {
    rule: 'qa.sleeping-test',
    bad: {
      'test/a.test.ts': `${vitest}${t}('x', async () => {\n  await new Promise(resolve => setTimeout(resolve, 500))\n  expect(1).toBe(1)\n})\n`,
    },
    at: 'test/a.test.ts:2',
    good: {
      'test/a.test.ts': `${vitest}${t}('x', async () => {\n  await new Promise(resolve => setTimeout(resolve, 0))\n  expect(1).toBe(1)\n})\n`,
    },
  },
  {
    rule: 'qa.no-tests',
    bad: sources(8),
    good: { ...sources(8), 'test/a.test.ts': vitest },
  },
  {
    rule: 'qa.thinly-tested',
    bad: {
      'packages/a/src/x.ts': body(900),
      'packages/b/src/y.ts': body(20),
      'packages/b/src/y.test.ts': body(900),
    },
    at: 'packages/a',
    good: { 'packages/a/src/x.ts': body(900), 'packages/a/src/x.test.ts': body(200) },
  },
  {
    rule: 'qa.tests-not-in-pipeline',
    bad: { ...sources(3), 'package.json': '{"scripts":{}}', 'test/a.test.ts': vitest },
    at: 'package.json',
    good: { ...sources(3), 'package.json': '{"scripts":{"test":"vitest run"}}', 'test/a.test.ts': vitest },
  },
  {
    rule: 'qa.unreached-by-tests',
    bad: { ...sources(3), 'test/a.test.ts': "import '../src/s0.ts'\nimport '../src/s1.ts'\n" },
    at: 'src/s2.ts',
    good: {
      ...sources(3),
      'src/s1.ts': `import './s2.ts'\n${body(40)}`,
      'src/index.ts': body(40),
      'test/a.test.ts': "import '../src/s0.ts'\nimport '../src/s1.ts'\n",
    },
  },
  {
    rule: 'qa.tests-import-nothing',
    bad: { ...sources(12), 'e2e/a.test.ts': vitest },
    good: { ...sources(12), 'e2e/a.test.ts': "import '../src/s0.ts'\n" },
  },
  {
    rule: 'qa.no-test-named-after',
    bad: { 'src/Thing.kt': kotlin, 'src/Other.kt': kotlin, 'src/OtherTest.kt': 'class OtherTest\n' },
    at: 'src/Thing.kt',
    good: { 'src/Thing.kt': kotlin, 'src/ThingTest.kt': 'class ThingTest\n' },
  },
]
