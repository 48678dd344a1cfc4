// Backend rules: what each must find and must let pass.
// Never in here: the words that start a marker comment as one literal; the house forbids them in tests.
import type { Case } from '../support/case.ts'
import type { Files } from '../support/repository.ts'

const ifs = (count: number): string =>
  Array.from({ length: count }, (_, i) => `  if (x === ${i}) y += ${i}`).join('\n')
const fn = (body: string): string => `export function f(x: number) {\n  let y = 0\n${body}\n  return y\n}\n`
const nested = (depth: number): string => `${'if (x) {\n'.repeat(depth)}y++\n${'}'.repeat(depth)}`
const fix = ['FIX', 'ME'].join('')
const todo = ['TO', 'DO'].join('')

const edits = (count: number, first: string): Files[] =>
  Array.from({ length: count }, (_, i) => ({ 'src/a.ts': `${first}// edit ${i}\n` }))

export const backend: Case[] = [
  {
    rule: 'backend.complex-function',
    bad: { 'src/a.ts': fn(ifs(25)) },
    at: 'src/a.ts:1',
    good: { 'src/a.ts': fn(ifs(10)) + fn(ifs(10)).replace(' f(', ' g('), 'test/a.test.ts': fn(ifs(25)) },
  },
  {
    rule: 'backend.complex-function',
    bad: {
      'a.py': `def f(x):\n${Array.from({ length: 25 }, (_, i) => `    if x == ${i}:\n        pass`).join('\n')}\n`,
    },
    at: 'a.py:1',
    good: { 'a.py': `def f(x):\n    """${'if x: '.repeat(30)}"""\n    return x\n` },
  },
  {
    rule: 'backend.long-function',
    bad: { 'a.go': `package a\n\nfunc f() {\n${'\tg()\n'.repeat(150)}}\n` },
    at: 'a.go:3',
    good: { 'a.go': `package a\n\n${'func f() {\n\tg()\n}\n'.repeat(150)}` },
  },
  {
    rule: 'backend.deep-nesting',
    bad: { 'src/a.ts': fn(nested(6)) },
    at: 'src/a.ts:1',
    good: {
      'src/a.ts': fn(
        `${nested(2)}\n${nested(2)}\n${nested(2)}\nif (x) {} else if (y) {} else if (x + y) {} else if (x - y) {}`,
      ),
    },
  },
  {
    rule: 'backend.swallowed-error',
    bad: { 'src/a.ts': 'export const f = () => {\n  try { g() } catch {}\n}\ndeclare const g: () => void\n' },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts':
        'export const f = () => {\n  try { g() } catch { /* g may be missing */ }\n  try { g() } catch (e) { log(e) }\n}\ndeclare const g: () => void\ndeclare const log: (e: unknown) => void\n',
    },
  },
  {
    rule: 'backend.swallowed-error',
    bad: { 'src/a.ts': 'export const f = (p: Promise<void>) => p.catch(() => {})\n' },
    at: 'src/a.ts:1',
    good: { 'src/a.ts': 'export const f = (p: Promise<void>) => p.catch(() => undefined)\n' },
  },
  {
    rule: 'backend.swallowed-error',
    bad: { 'a.py': 'try:\n    f()\nexcept Exception:\n    pass\n' },
    at: 'a.py:3',
    good: {
      'a.py':
        'try:\n    f()\nexcept KeyError:\n    pass\ntry:\n    f()\nexcept Exception:  # f is optional\n    pass\n',
    },
  },
  {
    rule: 'backend.swallowed-error',
    bad: { 'A.java': 'class A {\n  void f() { try { g(); } catch (Exception e) { } }\n}\n' },
    at: 'A.java:2',
    good: { 'A.java': 'class A {\n  void f() { try { g(); } catch (Exception e) { /* closing */ } }\n}\n' },
  },
  {
    rule: 'backend.bare-except',
    bad: { 'a.py': 'try:\n    f()\nexcept:\n    g()\n' },
    at: 'a.py:3',
    good: { 'a.py': 'try:\n    f()\nexcept:\n    g()\n    raise\n' },
  },
  {
    rule: 'backend.async-executor',
    bad: { 'src/a.ts': 'export const p = new Promise(async resolve => resolve(await 1))\n' },
    at: 'src/a.ts:1',
    good: { 'src/a.ts': 'export const p = new Promise(resolve => resolve(1))\n' },
  },
  {
    rule: 'backend.async-foreach',
    bad: { 'src/a.ts': '\nexport const f = (x: number[]) => x.forEach(async y => { await y })\n' },
    at: 'src/a.ts:2',
    good: { 'src/a.ts': 'export const f = (x: number[]) => Promise.all(x.map(async y => { await y }))\n' },
  },
  {
    rule: 'backend.throw-literal',
    bad: { 'src/a.ts': "export const f = () => {\n  throw 'no'\n}\n" },
    at: 'src/a.ts:2',
    good: { 'src/a.ts': "export const f = () => {\n  throw new Error('no')\n}\n" },
  },
  {
    rule: 'backend.blocking-call',
    bad: {
      'src/a.ts': "import { readFileSync } from 'node:fs'\nexport const f = async () => readFileSync('x')\n",
    },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts':
        "import { readFileSync } from 'node:fs'\nexport const f = () => readFileSync('x')\nexport const g = async () => f()\n",
      'scripts/b.ts':
        "import { readFileSync } from 'node:fs'\nexport const f = async () => readFileSync('x')\n",
    },
  },
  {
    rule: 'backend.blocking-call',
    bad: { 'a.py': 'import time\nasync def f():\n    time.sleep(1)\n' },
    at: 'a.py:3',
    good: {
      'a.py':
        'import asyncio, time\nasync def f():\n    await asyncio.sleep(1)\ndef g():\n    time.sleep(1)\n',
    },
  },
  {
    rule: 'backend.fixme',
    bad: { 'src/a.ts': `\nexport const x = 1 // ${fix}: negative\n` },
    at: 'src/a.ts:2',
    good: { 'src/a.ts': `export const x = '// ${fix}: negative'\nexport const ${fix} = 1\n` },
  },
  {
    rule: 'backend.todo-density',
    bad: { 'src/a.py': `# ${todo}: one\n`.repeat(5) },
    at: 'src/a.py',
    good: { 'src/a.py': `# ${todo}: one\n`.repeat(4) },
  },
  {
    rule: 'backend.hotspot',
    bad: edits(6, fn(ifs(40))),
    at: 'src/a.ts',
    good: [...edits(4, fn(ifs(40))), ...Array.from({ length: 6 }, (_, i) => ({ 'README.md': `${i}` }))],
  },
]
